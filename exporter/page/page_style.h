/* page_style.h - the style sheet of the status page. */
#ifndef MAILVANE_PAGE_STYLE_H
#define MAILVANE_PAGE_STYLE_H

/* In parts, the last of which is NULL: compilers know no longer texts. */
extern const char *const page_style[];

/* Of page_style, for the Content-Security-Policy: a browser applies no other style. The test of
 * the page says what it must be. */
#define PAGE_STYLE_HASH "sha256-yHkt1W5iJReBI0FpBDaYAfnzMdbwSWRJKGCBwZaKC9k="

#endif
