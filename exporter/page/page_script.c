/* page_script.c - the script fetches the same page again and replaces its <main>, unless
 * text in it is selected. All texts come from the server. */
#include "page_script.h"

/* clang-format off */
const char page_script[] =
"(function(){'use strict';\n"
"var live=document.getElementById('live'),said=document.getElementById('said'),"
"busy=false,due=0,last=0,polling=0,lost=0;\n"
"function say(word,kind){live.hidden=false;live.textContent=word;live.className='live '+kind}\n"
"function selecting(main){var s=getSelection();return s&&!s.isCollapsed&&main.contains(s.anchorNode)}\n"
"function swap(text){var page=new DOMParser().parseFromString(text,'text/html'),"
"from=page.getElementById('main'),main=document.getElementById('main'),at=document.activeElement,"
"key=main.contains(at)&&at.getAttribute('href'),x=scrollX,y=scrollY;"
"if(!from||selecting(main))return;"
"if(document.title!==page.title){document.title=page.title;said.textContent=page.title}"
"document.getElementById('icon').href=page.getElementById('icon').href;"
"main.replaceChildren.apply(main,Array.from(from.childNodes));"
"if(key){at=main.querySelector('[href=\"'+CSS.escape(key)+'\"]');if(at)at.focus({preventScroll:true})}"
"scrollTo(x,y)}\n"
"function renew(){due=0;if(busy){soon();return}busy=true;last=Date.now();"
"fetch(location.href,{cache:'no-store',credentials:'same-origin'})"
".then(function(r){return r.text()}).then(function(t){swap(t);if(polling)say('Live','on')})"
".catch(function(){say('Not reached','off')}).then(function(){busy=false})}\n"
"function soon(){if(!due)due=setTimeout(renew,Math.max(0,last+1500-Date.now()))}\n"
"function poll(){if(!polling)polling=setInterval(renew,30000)}\n"
"if(!window.EventSource){poll();return}\n"
"var events=new EventSource('events');\n"
"events.onopen=function(){clearTimeout(lost);if(lost)soon();lost=0;say('Live','on')};\n"
"events.onmessage=soon;\n"
"events.onerror=function(){if(events.readyState===2)poll();"
"else if(!lost)lost=setTimeout(say,5000,'Reconnecting','off')};\n"
"})();\n";
/* clang-format on */
