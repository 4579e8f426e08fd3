/* page_script.h - the script of the pages: fetches what is new when the exporter says so. */
#ifndef MAILVANE_PAGE_SCRIPT_H
#define MAILVANE_PAGE_SCRIPT_H

extern const char page_script[];

/* Of page_script, for the Content-Security-Policy: a browser runs no other. The test of the
 * page says what it must be. */
#define PAGE_SCRIPT_HASH "sha256-dR1UQaXirnJxIbAGGo9Qy9x8DzJJ/2IYkzXiM6DOO5E="

#endif
