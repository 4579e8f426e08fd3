/* page_style.c - the style sheet, for light and dark, wide and narrow screens. A state has
 * a word and a shape besides its colour. Contrasts of text are 4.5 : 1 or more. */
#include "page_style.h"

#include <stddef.h>

/* clang-format off */
const char *const page_style[] = {
/* Colours. */
":root{color-scheme:light dark;--ground:#f4f5f7;--card:#fff;--ink:#1b2027;--soft:#57616c;--line:#dde2e8;"
"--link:#0a58b5;--hover:#f1f4f8;--focus:#0a58b5;--field:#fff;--edge:#b9c1ca;"
"--ok:#1a7f37;--warning:#8f5f00;--critical:#c4202c;--unknown:#7440cf;--pending:#606b77;"
"--p0:#a9b4c0;--p1:#73818f;--p2:#6cb3e6;--p3:#2478b8;--p4:#74cbbd;--p5:#17907d;--p6:#b59be6;--p7:#7a55c7;--p8:#cdd4db;"
"--bar:#8fb8a0;--scale:#e6eaef}\n"
"@media(prefers-color-scheme:dark){:root{--ground:#0e1116;--card:#171b21;--ink:#e4e8ed;--soft:#98a2ae;--line:#29303a;"
"--link:#76b0f5;--hover:#1d222a;--focus:#76b0f5;--field:#0e1116;--edge:#4a5462;"
"--ok:#4cc16d;--warning:#e2b13c;--critical:#ff7a72;--unknown:#bb93ff;--pending:#929ca8;"
"--p0:#5d6977;--p1:#8693a1;--p2:#3f86b8;--p3:#62b0ee;--p4:#2e8577;--p5:#45c4b0;--p6:#7f63bd;--p7:#b494f5;--p8:#444d58;"
"--bar:#3d7a53;--scale:#252b34}}\n"
/* States. */
".ok{--is:var(--ok)}.warning{--is:var(--warning)}.critical{--is:var(--critical)}.unknown{--is:var(--unknown)}"
".pending{--is:var(--pending)}\n"
".state{color:var(--is);font-weight:650;white-space:nowrap;font-size:.92em;letter-spacing:.01em}\n"
".shape{width:1em;height:1em;vertical-align:-.12em;margin-right:.4em;color:var(--is);fill:currentColor}\n"
".shapes{position:absolute}.cut{fill:none;stroke:var(--card);stroke-width:1.9}"
".open{fill:none;stroke:currentColor;stroke-width:2.2}\n"
/* Ground. */
"*{box-sizing:border-box}\n"
"body{margin:0 auto;max-width:96rem;padding:0 1.5rem 3rem;background:var(--ground);color:var(--ink);"
"font:14px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif;"
"font-variant-numeric:tabular-nums;overflow-wrap:anywhere}\n"
"a{color:var(--link);text-decoration:none}a:hover{text-decoration:underline}\n"
":focus-visible{outline:2px solid var(--focus);outline-offset:2px;border-radius:.2rem}\n"
"small,.soft,.where{color:var(--soft);font-size:.88em}\n"
".sep{color:var(--soft);font-weight:400}\n"
"samp,.said-all{font:.93em/1.5 ui-monospace,'SFMono-Regular',Menlo,Consolas,'DejaVu Sans Mono',monospace}\n"
"samp{background:var(--ground);border-radius:.25rem;padding:.08em .35em}\n"
".label{border:1px solid var(--line);border-radius:.6rem;padding:0 .5em}\n"
/* Top. */
".top{display:flex;flex-wrap:wrap;align-items:center;gap:.6rem 1.5rem;padding:.9rem 0}\n"
".brand{color:var(--ink);font-weight:700;font-size:1.05rem;letter-spacing:.01em}\n"
"form{display:flex;flex:1;align-items:center;gap:.5rem;max-width:34rem}label{color:var(--soft)}\n"
"input,button{font:inherit;color:var(--ink);background:var(--field);border:1px solid var(--edge);border-radius:.4rem;"
"padding:.3rem .7rem}input{flex:1;min-width:6rem}input::placeholder{color:var(--soft);opacity:1}"
"button{background:var(--card);cursor:pointer}button:hover{background:var(--hover)}\n"
".live{margin:0 0 0 auto;color:var(--soft);font-size:.88em}.live::before{content:'';display:inline-block;width:.55em;"
"height:.55em;border-radius:50%;margin-right:.45em;background:var(--pending)}.live.on::before{background:var(--ok)}"
".live.off::before{background:var(--warning);border-radius:0}\n"
".said{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);margin:0}\n",
/* Headline. */
".banner{display:flex;align-items:center;gap:1rem;background:var(--card);border:1px solid var(--line);"
"border-left:.4rem solid var(--is);border-radius:.5rem;padding:1rem 1.3rem}\n"
".banner>.shape{width:2.4rem;height:2.4rem;margin:0;flex:none}\n"
".banner h1,.banner h2{margin:0;font-size:1.5rem;line-height:1.25;color:var(--is);font-weight:700}\n"
".banner p{margin:.1rem 0 0}.banner div>p:last-child{color:var(--soft)}.banner .reason{color:var(--ink)!important}\n"
"h1{font-size:1.5rem;line-height:1.25;margin:.2rem 0}\n"
"h2{margin:1.7rem 0 .6rem;font-size:1.02rem;font-weight:650}\n"
".note{margin:.8rem 0 0;padding:.6rem 1.2rem;background:var(--card);border:1px solid var(--warning);border-radius:.5rem}\n"
".chips{margin:.8rem 0 0;padding:0;display:flex;flex-wrap:wrap;gap:.4rem;list-style:none}\n"
".chips a{display:block;padding:.15rem .75rem;border:1px solid var(--line);border-radius:1rem;background:var(--card);color:var(--ink)}\n"
".chips a:hover{background:var(--hover);text-decoration:none}.chips a[aria-current]{border-color:var(--ink);box-shadow:inset 0 0 0 1px var(--ink)}\n"
".back{font-weight:400;margin-left:.8rem}\n"
/* Problems. */
"article{display:flex;gap:1rem 2rem;justify-content:space-between;margin:.5rem 0;padding:.75rem 1.2rem;background:var(--card);"
"border:1px solid var(--line);border-left:.4rem solid var(--is);border-radius:.5rem}\n"
".what{min-width:0}h3{margin:0;font-size:1.05rem;display:flex;flex-wrap:wrap;align-items:baseline;gap:0 .9rem;font-weight:650}\n"
"h3 a{color:var(--ink)}.for{color:var(--soft);font-weight:400;font-size:.9em}\n"
".reason{margin:.25rem 0 .35rem;font-size:1rem}\n"
".facts{margin:0;padding:0;list-style:none;display:flex;flex-wrap:wrap;gap:.1rem 1.4rem;font-size:.88em}.facts li>span{color:var(--soft)}\n"
".drawn{display:grid;grid-template-columns:auto 120px;gap:.5rem .6rem;flex:none;align-content:center;align-items:center}.drawn span{color:var(--soft);font-size:.8em;text-align:right}\n"
/* Tables. */
"table{width:100%;border-collapse:separate;border-spacing:0;background:var(--card);border:1px solid var(--line);border-radius:.5rem}\n"
"th,td{padding:.38rem .6rem;text-align:left;vertical-align:top;border-top:1px solid var(--line)}\n"
"thead th,tr:first-child>td{border-top:0}thead th{color:var(--soft);font-weight:600;font-size:.88em;white-space:nowrap}\n"
"tbody tr:first-child>*{border-top:1px solid var(--line)}\n"
".rows tr:not(.server):hover td,.servers tbody tr:hover>*{background:var(--hover)}\n"
".server th{padding-top:.75rem;font-size:1.02em}.server+tr td{border-top:0}\n"
".rows .server th{background:none}.no{white-space:nowrap}tr>:first-child{padding-left:1rem}tr>:last-child{padding-right:1rem}.why{width:40%}\n"
"th small{font-weight:400;margin-left:.4em}\n"
".servers th{font-weight:600}.tally{margin-right:1rem;white-space:nowrap}\n"
".pages{display:flex;gap:1rem;justify-content:center;margin:1rem 0}.more{margin:.8rem 0}\n",
/* Drawings. */
".spark,.fall{display:inline-block;vertical-align:middle}.fell small{display:inline-block;min-width:4em;text-align:right}\n"
".k0{stroke:var(--bar)}.k1{stroke:var(--warning)}.k2{stroke:var(--critical)}.k3{stroke:var(--unknown)}"
".f0{fill:var(--bar)}.f1{fill:var(--warning)}.f2{fill:var(--critical)}.f3{fill:var(--unknown)}\n"
".ground{stroke:var(--edge);stroke-width:1}.scale{stroke:var(--scale);stroke-width:1}"
".chart{width:100%;height:auto;max-width:62rem;display:block}.chart text{fill:var(--soft);font-size:11px}\n"
".p0{fill:var(--p0)}.p1{fill:var(--p1)}.p2{fill:var(--p2)}.p3{fill:var(--p3)}.p4{fill:var(--p4)}.p5{fill:var(--p5)}"
".p6{fill:var(--p6)}.p7{fill:var(--p7)}.p8{fill:var(--p8)}.broken{fill:var(--critical)}\n"
".share{vertical-align:middle}.share .all{fill:var(--line)}.share .left{fill:var(--ok)}.ending .left{fill:var(--critical)}\n"
".legend{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;margin:.6rem 0;padding:0;list-style:none;color:var(--soft);font-size:.86em}\n"
/* One target. */
".path{font-size:.92em}.where{margin:.1rem 0 .9rem}\n"
".columns{display:flex;flex-wrap:wrap;gap:0 1rem}.columns>div{flex:1 1 28rem;min-width:0}\n"
".card{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.9rem 1.2rem;min-width:0;margin:1rem 0 0}"
".card h2{margin:0 0 .5rem}.card table{border:0;border-radius:0}.card p{margin:.2rem 0 .6rem}\n"
".card th,.card td{padding:.28rem .8rem .28rem 0!important}.pairs th,.phases th{font-weight:400;color:var(--soft);white-space:nowrap;width:1%}"
".pairs tr:first-child>*{border-top:0}.phases .wide{width:75%;vertical-align:middle}.phases .wide svg{width:100%;height:.8rem;display:block}"
".phases td.no{text-align:right;padding-right:1.5rem}.phases .sum td{font-weight:600}\n"
".said-all{margin:0;white-space:pre-wrap;max-height:32rem;overflow:auto}.client{color:var(--link)}.ours{color:var(--soft)}\n"
"footer{margin-top:2rem;color:var(--soft);font-size:.86em}\n"
/* Narrow. */
"@media(max-width:62rem){article{flex-direction:column}.drawn{justify-content:start}"
".rows thead,.servers thead{position:absolute;clip-path:inset(50%)}"
".rows,.servers{display:block}.rows tbody,.servers tbody{display:block}"
".rows tr,.servers tr{display:flex;flex-wrap:wrap;gap:.1rem 1.2rem;padding:.5rem 1rem;border-top:1px solid var(--line)}"
".rows td,.rows th,.servers td,.servers th{display:block;padding:0;border:0!important}"
".rows .why{width:100%;order:1}.rows td[data-is]{order:2;font-size:.9em}"
"td[data-is]::before{content:attr(data-is) ' ';color:var(--soft)}td:empty{display:none}"
".rows .server{border-top:1px solid var(--line);padding-bottom:0}.rows .server+tr{border-top:0}}\n"
"@media(max-width:40rem){body{padding:0 .8rem 2rem}.top{gap:.5rem}form{flex-basis:100%;order:3;max-width:none}"
"label{position:absolute;clip-path:inset(50%)}.banner{padding:.8rem 1rem}.banner h1,.banner h2{font-size:1.25rem}"
"article{padding:.7rem .9rem}.card{padding:.8rem .9rem}}\n"
"@media print{.top,.chips,.pages{display:none}body{max-width:none}}\n",
NULL,
};
/* clang-format on */
