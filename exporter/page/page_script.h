/* page_script.h - the script of the pages: fetches a page again when the exporter reports a
 * change. */
#ifndef MAILVANE_PAGE_SCRIPT_H
#define MAILVANE_PAGE_SCRIPT_H

extern const char page_script[];

/* Hash of page_script for the Content-Security-Policy; a browser runs no other script. A
 * unit test says the right value. */
#define PAGE_SCRIPT_HASH "sha256-dR1UQaXirnJxIbAGGo9Qy9x8DzJJ/2IYkzXiM6DOO5E="

#endif
