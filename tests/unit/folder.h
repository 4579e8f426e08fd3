/* folder.h - a folder of its own for a test, with files of known rights, gone behind it. */
#ifndef MAILVANE_TESTS_FOLDER_H
#define MAILVANE_TESTS_FOLDER_H

#include <sys/types.h>

/* Makes a folder and goes there. Ends the test when it cannot; as all of these. */
void folder_enter(void);
/* Goes back and removes it with all it has. */
void folder_leave(void);

/* Writes a file (making its folder) with exactly this mode, whatever the umask. */
void folder_write(const char *path, mode_t mode, const char *text);
void folder_write_bytes(const char *path, mode_t mode, const void *bytes, size_t n);

/* Copies what another folder has: secrets (*.secret) with mode 600, all else with 644. */
void folder_copy(const char *from);

/* A file whole, as a string for free; NULL when there is none. */
char *folder_read(const char *path);

#endif
