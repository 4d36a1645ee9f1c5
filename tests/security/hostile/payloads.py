"""Hostile words by the thousand: vectors × ways to run × spellings, drawn with a seed. Each has a number of its own.

A payload that runs says its number to ``xss()``, to a dialog or to the console; one that is taken for a template prints
the sum :func:`evaluated` of its number.
"""

from __future__ import annotations

import base64
import html
import random
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

FIRST = 40_000_001
PLUS = 30_000_000

#: How it tells that it runs: {n} is its number.
RUNS = (
    "xss({n})",
    "window.xss({n})",
    "top['xss']({n})",
    "(0,xss)({n})",
    "xss.call(0,{n})",
    "xss`{n}`",
    "alert({n})",
    "confirm({n})",
    "console.log('xss',{n})",
    "setTimeout('xss({n})')",
    "Function('xss({n})')()",
    "[{n}].map(xss)",
    "location='javascript:xss({n})'",
    "eval(atob('{b64}'))",
)

#: Markup: tags, events, addresses, SVG, MathML, and what parsers disagree on. {js} runs.
MARKUP = (
    "<script>{js}</script>",
    "<ScRiPt >{js}</sCrIpT >",
    "<script/x>{js}</script/x>",
    "<script src='data:text/javascript,{js}'></script>",
    "<scr<script>ipt>{js}</scr</script>ipt>",
    "<img src=x onerror={js}>",
    '<img src="x" onerror="{js}">',
    "<img/src=x/onerror={js}//",
    "<img src=x: alt=x onerror\n=\n{js} ",
    '<IMG """><SCRIPT>{js}</SCRIPT>">',
    "<svg onload={js}>",
    "<svg/onload={js}//",
    "<svg><script>{js}</script></svg>",
    "<svg><animate onbegin={js} attributeName=x dur=1s>",
    "<svg><set onbegin={js} attributeName=x to=1>",
    '<svg><a xlink:href="javascript:{js}"><text y="20">go</text></a></svg>',
    '<svg><a><animate attributeName=href values="javascript:{js}"/><text y=20>go</text></a></svg>',
    "<svg><foreignObject><iframe srcdoc='<script>parent.{js}</script>'></iframe></foreignObject></svg>",
    "<svg><style><img src=x onerror={js}></style></svg>",
    "<svg></p><style><a id='</style><img src=1 onerror={js}>'>",
    "<math><a xlink:href='javascript:{js}'>go</a></math>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror={js}&gt;'>",
    "<math><mi><table><mi><style><img src=x onerror={js}></style></mi></table></mi></math>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror={js}>",
    "<noscript><p title='</noscript><img src=x onerror={js}>'></noscript>",
    "<template><img src=x onerror={js}></template>",
    "<xmp><img src='</xmp><img src=x onerror={js}>'>",
    "<title><img src='</title><img src=x onerror={js}>'></title>",
    "<textarea><img src='</textarea><img src=x onerror={js}>'></textarea>",
    "<iframe src='javascript:{js}'></iframe>",
    "<iframe srcdoc='<img src=x onerror=parent.{js}>'></iframe>",
    "<object data='javascript:{js}'></object>",
    "<object data='data:text/html,<script>{js}</script>'></object>",
    '<embed src=\'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" onload="{js}"/>\'>',
    "<body onload={js} onpageshow={js}>",
    "<details open ontoggle={js}>open</details>",
    "<video><source onerror={js}></video>",
    "<audio src onerror={js}></audio>",
    "<input autofocus onfocus={js}>",
    "<select autofocus onfocus={js}><option>a</select>",
    "<a href=# id=x tabindex=1 autofocus onfocusin={js}>go</a>",
    "<p contenteditable autofocus onfocus={js}>go</p>",
    "<div onpointerover={js} onclick={js} style='position:fixed;inset:0'>over</div>",
    "<style>@keyframes k{{}}</style><b style='animation-name:k' onanimationstart={js}>k</b>",
    "<style onload={js}></style>",
    "<style>@import 'data:text/css,*{{}}';</style><link rel=stylesheet href='data:text/css,*' onload={js}>",
    "<b style='background:url(javascript:{js});width:expression({js})'>css</b>",
    "<meta http-equiv=refresh content='0;url=javascript:{js}'>",
    "<base href='javascript:{js}//'>",
    "<form action='javascript:{js}'><button>go</button></form>",
    "<button formaction='javascript:{js}' form=x>go</button>",
    "<a href='javascript:{js}'>go</a>",
    "<a href='  jav&#x09;ascript:{js}'>go</a>",
    "<a href='javascript&colon;{js}'>go</a>",
    "<a href='data:text/html,<script>{js}</script>'>go</a>",
    "<a href='/a\" onmouseover=\"{js}'>go</a>",
    "<a href='/a&quot; onmouseover=&quot;{js}'>go</a>",
    "<p title='x' onclick='{js}'>go</p>",
    "<order-embed data-src='javascript:{js}'><button>go</button></order-embed>",
    "<p data-tiles='javascript:{js}' data-script='data:text/javascript,{js}'>map</p>",
    # What Wagtail writes into rich text, with more in it than there should be.
    "<a linktype='page' id='1' onclick='{js}'>page</a>",
    "<a linktype='page' id='1\" onmouseover=\"{js}'>page</a>",
    "<a linktype='document' id='1' href='javascript:{js}'>file</a>",
    "<a linktype='external' href='javascript:{js}'>out</a>",
    "<embed embedtype='image' id='1' format='left' alt='\" onerror=\"{js}'/>",
    "<embed embedtype='media' url='javascript:{js}'/>",
    # Things that are no tag to one parser and an end to another.
    "<!--><img src=x onerror={js}>-->",
    "<!-- --!><img src=x onerror={js}> -->",
    "<![CDATA[><img src=x onerror={js}>]]>",
    "<!DOCTYPE x [<!ENTITY y '<img src=x onerror={js}>'>]>&y;",
    "<?xml version='1.0'?><?x ><img src=x onerror={js}>?>",
    "</p></div></main></body></html><script>{js}</script>",
    "<b <script>{js}</script>0",
    "<table><td background='javascript:{js}'><img src=x onerror={js}>",
    "<select><template><img src=x onerror={js}></template></select><svg onload={js}>",
    "</b/><img src=x onerror={js}>",
    "<a/b=<img src=x onerror={js}>",
)

#: Ends of what they may stand in: attributes, text of scripts and styles, comments.
BREAKOUTS = (
    '" onmouseover="{js}" x="',
    "' autofocus onfocus='{js}' x='",
    "` onerror=`{js}` x=`",
    '"><img src=x onerror={js}>',
    "'><svg onload={js}>",
    '" autofocus tabindex=1 onfocus={js} a=',
    "</textarea><img src=x onerror={js}>",
    "</title><img src=x onerror={js}>",
    "</style><img src=x onerror={js}>",
    "</script><script>{js}</script>",
    "</option></select><img src=x onerror={js}>",
    "--><img src=x onerror={js}>",
    "]]><img src=x onerror={js}>",
    '\\"><img src=x onerror={js}>',
    '"-{js}-"',
    "'-{js}-'",
    "';{js};//",
    '";{js};//',
    "\\';{js};//",
    "*/{js}/*",
    "`${{{js}}}`",
    "\n{js}\n",
    "}}</style><script>{js}</script>",
    "x;background:url(javascript:{js})",
    "\\u003cimg src=x onerror={js}\\u003e",
    "\\x3cimg src=x onerror={js}\\x3e",
    "＜img src=x onerror={js}＞",
    "\u2028{js}\u2029",
)

#: Addresses.
ADDRESSES = (
    "javascript:{js}",
    "JaVaScRiPt:{js}",
    "java\tscript:{js}",
    "java\nscript:{js}",
    " javascript:{js}",
    "\x01javascript:{js}",
    "javascript://shop.example/%0a{js}",
    "javascript:/*https://shop.example/*/{js}",
    "&#106;avascript:{js}",
    "javascript&colon;{js}",
    "data:text/html,<script>{js}</script>",
    "data:text/html;base64,{b64script}",
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='{js}'/>",
    "vbscript:{js}",
    "view-source:javascript:{js}",
    "blob:javascript:{js}",
    "//evil.example/{n}",
    "https:javascript:{js}",
    "https://shop.example/' onmouseover='{js}",
    'https://shop.example/" onmouseover="{js}',
    "https://shop.example/><img src=x onerror={js}>",
    "https://www.youtube.com/watch?v=aqz-KE-bpKQ' onmouseover='{js}",
    "https://www.youtube.com/watch?v=javascript:{js}",
    "https://user:javascript@evil.example/{js}",
)

#: Templates: each would print the sum.
TEMPLATES = (
    "{{{{ {n}|add:{plus} }}}}",
    "{{{{{n}+{plus}}}}}",
    "{{% filter add:{plus} %}}{n}{{% endfilter %}}",
    "{{% with a={n}|add:{plus} %}}{{{{ a }}}}{{% endwith %}}",
    "{{%print({n}+{plus})%}}",
    "${{{n}+{plus}}}",
    "#{{{n}+{plus}}}",
    "*{{{n}+{plus}}}",
    "@({n}+{plus})",
    "<%= {n}+{plus} %>",
    "{{{{= {n}+{plus} }}}}",
    "[[{n}+{plus}]]",
    "{{{{constructor.constructor('{js}')()}}}}",
    "{{{{ first_name }}}}{{{{ {n}|add:{plus} }}}}",
    "{{{{ {{{{ first_name }}}}|add:{plus} }}}}{n}",
    "{{# {n} #}}{{{{{n}+{plus}}}}}",
    "{{% load order_status %}}{{% order_status_url '{n}' %}}",
    "{{% include 'order_status_plugin/page/base.html' %}}{n}",
    "%({n})s{{0.__class__}}{{{n}}}",
)


def _entities(text: str, form: str) -> str:
    return "".join(form.format(ord(char)) if char in "<>\"'&=:/()" else char for char in text)


def _all_entities(text: str) -> str:
    return "".join(f"&#{ord(char):07d}" for char in text)


#: Spellings of one and the same. The first leaves it as it is.
SPELLINGS: tuple[Callable[[str], str], ...] = (
    lambda text: text,
    lambda text: text,
    lambda text: html.escape(text),
    lambda text: html.escape(html.escape(text)),
    lambda text: _entities(text, "&#{};"),
    lambda text: _entities(text, "&#x{:x}"),
    _all_entities,
    lambda text: quote(text),
    lambda text: text.replace("<", "<\0").replace("script", "scr\0ipt"),
    lambda text: text.replace("on", "\0on").replace("java", "java\0"),
    lambda text: text.replace(" ", "\f"),
    lambda text: text.replace(" ", "/"),
    lambda text: text.replace(" ", "\r\n"),
    lambda text: text.replace("<", "<\u200b").replace("=", "\u2060="),
    lambda text: f"\u202e{text}\u202c",
    lambda text: f"\u2067{text}\u2069\ufeff",
    lambda text: text.replace("<", "+ADw-").replace(">", "+AD4-"),
    lambda text: text.replace("<", "\\u003c").replace(">", "\\u003e"),
    lambda text: text.replace("s", "\u017f").replace("k", "\u212a"),
    lambda text: text.rstrip("> "),
    lambda text: f"<p>{text}</p>",
    lambda text: f"<p><b>Hello <i>{text}</b></i></p><ul><li>{text}",
    lambda text: f'<a href="{text.replace(chr(34), "&quot;")}">{text}</a>',
    lambda text: f"Hello {{{{ shop_name }}}} {text} {{{{ link }}}}",
    lambda text: f"é日本語🎁{text}\U000e0041\ud7ff",
)

VECTORS = (*MARKUP, *BREAKOUTS, *ADDRESSES, *TEMPLATES)


@dataclass(frozen=True, slots=True)
class Payload:
    """One hostile text."""

    number: int
    text: str
    is_address: bool = False


def evaluated(number: int) -> str:
    """Return what a template engine would have printed."""
    return str(number + PLUS)


def payloads(count: int, seed: int = 5) -> list[Payload]:
    """Return so many different texts. Every vector is among the first, as it is written."""
    random_ = random.Random(seed)
    found = []
    for place in range(count):
        vector = VECTORS[place % len(VECTORS)]
        is_plain = place < len(VECTORS)
        run = RUNS[0] if is_plain else random_.choice(RUNS)
        spell = SPELLINGS[0] if is_plain else random_.choice(SPELLINGS)
        found.append(Payload(FIRST + place, spell(_filled(vector, run, FIRST + place)), vector in ADDRESSES))
    return found


def _filled(vector: str, run: str, number: int) -> str:
    js = run.format(n=number, b64=base64.b64encode(f"xss({number})".encode()).decode())
    script = base64.b64encode(f"<script>{js}</script>".encode()).decode()
    return vector.format(js=js, n=number, plus=PLUS, b64script=script)
