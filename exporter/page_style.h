/* page_style.h - the style sheet of the status page. */
#ifndef MAILVANE_PAGE_STYLE_H
#define MAILVANE_PAGE_STYLE_H

extern const char page_style[];

#endif
