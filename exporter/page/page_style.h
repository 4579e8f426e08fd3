/* page_style.h - the style sheet of the status page. */
#ifndef MAILVANE_PAGE_STYLE_H
#define MAILVANE_PAGE_STYLE_H

/* In parts, the last of which is NULL, because compilers limit the length of a literal. */
extern const char *const page_style[];

/* Hash of page_style for the Content-Security-Policy; a browser applies no other style.
 * A unit test says the right value. */
#define PAGE_STYLE_HASH "sha256-yHkt1W5iJReBI0FpBDaYAfnzMdbwSWRJKGCBwZaKC9k="

#endif
