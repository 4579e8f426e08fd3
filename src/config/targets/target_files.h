/* target_files.h - targets from the files that `target_files` names.
 *
 * Both formats give rows of SECTION_SERVER as text; a name may come again with other services.
 */
#ifndef MAILVANE_CONFIG_TARGET_FILES_H
#define MAILVANE_CONFIG_TARGET_FILES_H

#include "servers.h"

/* Reads all files that match. */
void target_files_read(struct loader *);

/* One file's text; `file` is its shown name and must outlive the load. CSV writes to it. */
void target_csv_read(struct loader *, const char *file, char *text, size_t n);
void target_json_read(struct loader *, const char *file, struct view text);

#endif
