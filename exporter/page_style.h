/* page_style.h - the style sheet of the status page. */
#ifndef MAILVANE_PAGE_STYLE_H
#define MAILVANE_PAGE_STYLE_H

extern const char page_style[];

/* Of page_style, for the Content-Security-Policy: a browser applies no other style. The test of
 * the page says what it must be. */
#define PAGE_STYLE_HASH "sha256-hVyk9J5n1h7UD9yRxm+M36uzt3VWbFTXTqLWXtXJuBU="

#endif
