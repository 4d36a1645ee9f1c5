"""The shop's pictures: drawn here as SVG, kept beside this file as JPEG.

``python -m example_site.pictures.draw`` draws them again; it needs Playwright and Chromium, the shop does not.
"""

from __future__ import annotations

from pathlib import Path

from tools.find_chromium import launched

SIZE = 1000
HERE = Path(__file__).parent


def gradient(name: str, *stops: str, x2: int = 1, y2: int = 0) -> str:
    """Return a linear gradient of evenly spread colours."""
    last = max(len(stops) - 1, 1)
    inner = "".join(f'<stop offset="{i / last:.2f}" stop-color="{colour}"/>' for i, colour in enumerate(stops))
    return f'<linearGradient id="{name}" x1="0" y1="0" x2="{x2}" y2="{y2}">{inner}</linearGradient>'


def scene(
    wall: tuple[str, str], table: tuple[str, str], defs: str, body: str, size: tuple[int, int] = (SIZE, SIZE)
) -> str:
    """Set a still life: a wall, a table top, soft light from the left, a little grain."""
    width, height = size
    edge = round(height * 0.64)
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">
<defs>{gradient("wall", *wall, x2=1, y2=1)}{gradient("table", *table, x2=0, y2=1)}
<radialGradient id="light" cx=".24" cy=".2" r=".95"><stop offset="0" stop-color="#fff" stop-opacity=".62"/><stop offset="1" stop-color="#fff" stop-opacity="0"/></radialGradient>
<filter id="soft" x="-40%" y="-40%" width="180%" height="180%"><feGaussianBlur stdDeviation="26"/></filter>
<filter id="near" x="-40%" y="-40%" width="180%" height="180%"><feGaussianBlur stdDeviation="9"/></filter>
<filter id="blurred" x="-40%" y="-40%" width="180%" height="180%"><feGaussianBlur stdDeviation="16"/></filter>
<filter id="grain" x="0" y="0" width="100%" height="100%"><feTurbulence type="fractalNoise" baseFrequency=".8" numOctaves="2" seed="7"/><feColorMatrix values="0 0 0 0 .35  0 0 0 0 .32  0 0 0 0 .28  0 0 0 .55 -.2"/></filter>
<filter id="speckle" x="0" y="0" width="100%" height="100%"><feTurbulence type="fractalNoise" baseFrequency=".19" numOctaves="2" seed="11"/><feColorMatrix values="0 0 0 0 .22  0 0 0 0 .18  0 0 0 0 .15  0 0 0 9 -5.9"/></filter>
<filter id="weave" x="0" y="0" width="100%" height="100%"><feTurbulence type="turbulence" baseFrequency=".018 .5" numOctaves="2" seed="3"/><feColorMatrix values="0 0 0 0 .4  0 0 0 0 .34  0 0 0 0 .25  0 0 0 .5 -.08"/></filter>
<filter id="wood" x="0" y="0" width="100%" height="100%"><feTurbulence type="fractalNoise" baseFrequency=".009 .11" numOctaves="4" seed="21"/><feColorMatrix values="0 0 0 0 .24  0 0 0 0 .13  0 0 0 0 .05  0 0 0 2.4 -1.05"/></filter>
{defs}</defs>
<rect width="{width}" height="{height}" fill="url(#wall)"/>
<rect y="{edge}" width="{width}" height="{height - edge}" fill="url(#table)"/>
<rect y="{edge - 8}" width="{width}" height="16" fill="{table[0]}" opacity=".5" filter="url(#near)"/>
<rect width="{width}" height="{height}" fill="url(#light)"/>
{body}
<rect width="{width}" height="{height}" filter="url(#grain)" opacity=".16"/>
</svg>"""


def shadow(cx: int, cy: int, rx: int, ry: int) -> str:
    """Return where a thing touches the table, and what it throws to the right."""
    return (
        f'<ellipse cx="{cx + rx * 0.35:.0f}" cy="{cy + ry * 0.5:.0f}" rx="{rx * 1.25:.0f}" ry="{ry * 1.25:.0f}" fill="#3a2f22" opacity=".24" filter="url(#soft)"/>'
        f'<ellipse cx="{cx + rx * 0.06:.0f}" cy="{cy}" rx="{rx}" ry="{ry}" fill="#2c2118" opacity=".42" filter="url(#near)"/>'
    )


def clipped(name: str, path: str, fill: str, texture: str = "speckle", opacity: float = 0.5) -> str:
    """Return a body with its texture and its shade on the far side."""
    return (
        f'<clipPath id="{name}"><path d="{path}"/></clipPath><path d="{path}" fill="{fill}"/>'
        f'<g clip-path="url(#{name})"><rect width="1600" height="1000" filter="url(#{texture})" opacity="{opacity}"/></g>'
    )


WALL_SAND, TABLE_SAND = ("#efe8dd", "#ddd2c2"), ("#cdbfab", "#dccfbd")
WALL_SAGE, TABLE_SAGE = ("#e4e8df", "#cdd4c8"), ("#bcc4b4", "#ccd3c5")
WALL_CLAY, TABLE_CLAY = ("#f1e3d8", "#e2ccbd"), ("#d0b5a2", "#dec6b5")
WALL_MIST, TABLE_MIST = ("#e6ebec", "#cfd8da"), ("#bccacd", "#ccd7d9")


def stoneware_bowl() -> str:
    body = "M190 470 C190 660 330 760 420 770 L580 770 C670 760 810 660 810 470 Z"
    return scene(
        WALL_MIST,
        TABLE_MIST,
        gradient("g", "#aeb8b6", "#8e9b99", "#6b7876", "#515d5c") + gradient("in", "#55605f", "#7f8b89", x2=1, y2=1),
        shadow(500, 772, 190, 26)
        + clipped("c", body, "url(#g)")
        + '<ellipse cx="500" cy="470" rx="310" ry="82" fill="#bfc8c5"/><ellipse cx="500" cy="474" rx="292" ry="70" fill="url(#in)"/>'
        '<path d="M214 490 C230 640 330 730 400 748" stroke="#dfe5e3" stroke-width="14" fill="none" opacity=".38" filter="url(#near)"/>'
        '<path d="M190 472 C196 500 204 530 214 556 C420 606 620 600 790 548 C802 522 808 500 810 472 C700 560 300 560 190 472Z" fill="#e7e3d6" opacity=".34"/>',
    )


def pour_over_jug() -> str:
    body = "M360 270 L640 270 L620 352 C690 450 720 590 690 700 C680 752 640 780 592 784 L408 784 C360 780 320 752 310 700 C280 590 310 450 380 352 Z"
    return scene(
        WALL_CLAY,
        TABLE_CLAY,
        gradient("g", "#d9a586", "#c78a67", "#a96c4b", "#875236"),
        shadow(500, 786, 180, 24)
        + '<path d="M640 372 C800 340 850 470 800 570 C770 628 730 650 690 662" fill="none" stroke="#8d5639" stroke-width="44" stroke-linecap="round"/>'
        '<path d="M640 366 C796 336 838 466 792 560" fill="none" stroke="#c4886a" stroke-width="16" stroke-linecap="round" opacity=".7"/>'
        + clipped("c", body, "url(#g)", opacity=0.4)
        + '<path d="M360 270 L300 300 L372 318Z" fill="#c28765"/><ellipse cx="500" cy="270" rx="140" ry="32" fill="#dcae92"/><ellipse cx="500" cy="273" rx="122" ry="24" fill="#5f3722"/>'
        '<path d="M372 400 C330 500 326 620 352 720" stroke="#f4d7c4" stroke-width="20" fill="none" opacity=".5" filter="url(#near)"/>'
        '<path d="M313 640 C420 672 580 672 689 636 C694 660 694 680 690 700 C680 752 640 780 592 784 L408 784 C360 780 320 752 310 700Z" fill="#f3ead9" opacity=".8"/>',
    )


def linen_tablecloth() -> str:
    folds = []
    for y, fill in ((640, "#c9bb9b"), (560, "#d6c9ab"), (480, "#e0d5ba"), (400, "#eae0c8")):
        path = f"M200 {y} Q200 {y - 22} 226 {y - 24} L790 {y - 30} Q812 {y - 28} 812 {y} L808 {y + 96} Q806 {y + 116} 784 {y + 118} L222 {y + 122} Q200 {y + 120} 200 {y + 98} Z"
        folds.append(clipped(f"c{y}", path, fill, "weave", 0.55))
        folds.append(
            f'<path d="M204 {y + 106} L806 {y + 100}" stroke="#9c8d6b" stroke-width="5" opacity=".4" filter="url(#near)"/>'
        )
    return scene(
        WALL_SAND,
        TABLE_SAND,
        "",
        shadow(505, 758, 300, 22)
        + "".join(folds)
        + '<path d="M690 372 L684 756" stroke="#8c7f5f" stroke-width="5" stroke-dasharray="16 12" opacity=".8"/>'
        '<path d="M714 371 L708 756" stroke="#8c7f5f" stroke-width="5" stroke-dasharray="16 12" opacity=".8"/>',
    )


def olive_wood_spoons() -> str:
    def spoon(x: int, tilt: int, tone: str) -> str:
        return (
            f'<g transform="rotate({tilt} {x} 780)"><path d="M{x - 18} 790 L{x - 13} 440 L{x + 13} 440 L{x + 18} 790 Q{x} 806 {x - 18} 790Z" fill="url(#{tone})"/>'
            f'<ellipse cx="{x}" cy="330" rx="72" ry="122" fill="url(#{tone})"/><ellipse cx="{x + 4}" cy="322" rx="52" ry="96" fill="#4d2d12" opacity=".34"/>'
            f'<ellipse cx="{x + 8}" cy="330" rx="44" ry="86" fill="url(#{tone})" opacity=".8"/></g>'
        )

    vessel = "M340 560 L660 560 L640 780 Q636 806 606 808 L394 808 Q364 806 360 780 Z"
    return scene(
        WALL_SAGE,
        TABLE_SAGE,
        gradient("a", "#d0a468", "#b58445", "#8f6230")
        + gradient("b", "#bd8d50", "#a17137", "#7a5125")
        + gradient("d", "#dcb67e", "#c3935a", "#9c6d39")
        + gradient("g", "#f3efe4", "#ded7c6", "#b9b09c"),
        shadow(500, 808, 170, 22)
        + spoon(450, -15, "b")
        + spoon(540, 14, "a")
        + spoon(496, -1, "d")
        + clipped("c", vessel, "url(#g)")
        + '<path d="M352 670 C450 690 560 690 649 668" stroke="#6f7d63" stroke-width="12" fill="none" opacity=".75"/><path d="M350 690 C450 710 560 710 647 688" stroke="#6f7d63" stroke-width="5" fill="none" opacity=".6"/>'
        '<path d="M372 590 L388 770" stroke="#fff" stroke-width="18" opacity=".6" filter="url(#near)"/>',
    )


def serving_plate() -> str:
    return scene(
        WALL_SAND,
        TABLE_SAND,
        '<radialGradient id="g" cx=".38" cy=".3" r=".9"><stop offset="0" stop-color="#9fc0bd"/><stop offset=".55" stop-color="#5f8d8c"/><stop offset="1" stop-color="#35605f"/></radialGradient>'
        '<radialGradient id="h" cx=".42" cy=".35" r=".8"><stop offset="0" stop-color="#7faaa7"/><stop offset=".7" stop-color="#4a7b7a"/><stop offset="1" stop-color="#3b6968"/></radialGradient>'
        '<clipPath id="c"><ellipse cx="500" cy="600" rx="372" ry="196"/></clipPath>',
        '<ellipse cx="540" cy="700" rx="380" ry="130" fill="#3a2f22" opacity=".3" filter="url(#soft)"/><ellipse cx="506" cy="640" rx="366" ry="188" fill="#2b2a22" opacity=".5" filter="url(#near)"/>'
        '<ellipse cx="500" cy="614" rx="372" ry="196" fill="#d9d2c0"/><ellipse cx="500" cy="600" rx="372" ry="196" fill="url(#g)"/><ellipse cx="500" cy="606" rx="262" ry="132" fill="#2f5756" opacity=".45" filter="url(#near)"/>'
        '<ellipse cx="500" cy="604" rx="256" ry="128" fill="url(#h)"/><g clip-path="url(#c)"><rect width="1000" height="1000" filter="url(#speckle)" opacity=".55"/></g>'
        '<path d="M170 540 C240 440 420 404 560 412" stroke="#e9f3f1" stroke-width="16" fill="none" opacity=".55" filter="url(#near)"/>',
    )


def espresso_cups() -> str:
    def cup(x: int, y: int, tone: str, name: str) -> str:
        body = f"M{x - 120} {y - 190} L{x + 120} {y - 190} L{x + 98} {y - 24} Q{x + 92} {y} {x + 60} {y} L{x - 60} {y} Q{x - 92} {y} {x - 98} {y - 24}Z"
        return (
            shadow(x, y, 100, 16)
            + f'<path d="M{x + 110} {y - 160} c70 -14 92 30 76 72 c-14 36 -50 50 -88 50" fill="none" stroke="#b9ab93" stroke-width="24"/>'
            + clipped(name, body, f"url(#{tone})")
            + f'<path d="M{x - 113} {y - 132} L{x + 113} {y - 132} L{x + 98} {y - 24} Q{x + 92} {y} {x + 60} {y} L{x - 60} {y} Q{x - 92} {y} {x - 98} {y - 24}Z" fill="#c99c7a" opacity=".55"/>'
            + f'<ellipse cx="{x}" cy="{y - 190}" rx="120" ry="30" fill="#f7f2e7"/><ellipse cx="{x}" cy="{y - 188}" rx="106" ry="23" fill="#3c2517"/><ellipse cx="{x - 14}" cy="{y - 190}" rx="70" ry="12" fill="#8b5a35" opacity=".7"/>'
            + f'<path d="M{x - 92} {y - 160} L{x - 78} {y - 30}" stroke="#fff" stroke-width="14" opacity=".6" filter="url(#near)"/>'
        )

    return scene(
        WALL_CLAY,
        TABLE_CLAY,
        gradient("g", "#f6f0e4", "#e3dac7", "#bcb09a"),
        cup(650, 690, "g", "c1") + cup(370, 790, "g", "c2"),
    )


def linen_napkins() -> str:
    parts = [shadow(500, 770, 250, 20)]
    for i, fill in enumerate(("#8f5f4c", "#a06d58", "#b17c66", "#c38d76")):
        y = 690 - i * 42
        path = f"M{250 + i * 4} {y} L{748 - i * 4} {y - 8} Q772 {y - 6} 770 {y + 20} L768 {y + 62} Q764 {y + 80} 740 {y + 80} L262 {y + 84} Q236 {y + 82} 236 {y + 58} L234 {y + 22} Q234 {y} {250 + i * 4} {y}Z"
        parts.append(clipped(f"c{i}", path, fill, "weave", 0.5))
        parts.append(
            f'<path d="M244 {y + 78} L762 {y + 74}" stroke="#54301f" stroke-width="6" opacity=".45" filter="url(#near)"/>'
        )
    top = "M252 566 L500 372 L748 560 L748 566 L252 574Z"
    parts.append(clipped("top", top, "#cf9c85", "weave", 0.5))
    parts.append(
        '<path d="M292 556 L500 396 L708 552" stroke="#7e4b37" stroke-width="4" stroke-dasharray="14 10" fill="none" opacity=".7"/>'
    )
    parts.append(
        '<path d="M470 380 C440 340 452 290 500 270 M500 372 C520 330 560 320 580 290 M500 372 C494 320 500 280 520 240" stroke="#77825f" stroke-width="8" fill="none" stroke-linecap="round"/>'
    )
    for x, y, turn in ((500, 268, -30), (582, 286, 40), (522, 238, 10), (452, 320, -60), (548, 322, 50)):
        parts.append(f'<ellipse cx="{x}" cy="{y}" rx="14" ry="30" fill="#8b966f" transform="rotate({turn} {x} {y})"/>')
    return scene(WALL_SAND, TABLE_SAND, "", "".join(parts))


def walnut_board() -> str:
    body = "M330 250 Q330 226 356 226 L640 226 Q666 226 668 250 L684 720 Q684 756 648 758 L348 758 Q314 756 314 720 Z"
    return scene(
        WALL_SAGE,
        TABLE_SAGE,
        gradient("g", "#9a6a44", "#7b4f2f", "#5f3a20", "#6f4628"),
        '<path d="M360 760 L690 756 L820 800 L470 812Z" fill="#2c2118" opacity=".36" filter="url(#near)"/>'
        + f'<g transform="rotate(4 500 760)"><path d="{body}" transform="translate(20 4)" fill="#4a2c17"/>'
        + clipped("c", body, "url(#g)", "wood", 0.9)
        + '<circle cx="500" cy="292" r="30" fill="#d5dacf"/><circle cx="504" cy="296" r="30" fill="none" stroke="#3b220f" stroke-width="8" opacity=".7"/>'
        '<path d="M346 262 L332 720" stroke="#e5bd94" stroke-width="8" opacity=".5" filter="url(#near)"/></g>'
        '<path d="M300 800 C320 740 380 730 420 770 C440 790 436 812 410 818 L330 820 Q300 820 300 800Z" fill="#dfe3d2"/><path d="M312 802 C330 752 380 748 412 782" stroke="#b6bfa4" stroke-width="6" fill="none"/>',
    )


def salt_jar() -> str:
    body = "M330 470 L670 470 C700 560 700 680 672 756 Q664 782 630 784 L370 784 Q336 782 328 756 C300 680 300 560 330 470Z"
    return scene(
        WALL_MIST,
        TABLE_MIST,
        gradient("g", "#fbf8f1", "#ebe4d6", "#c6bdab") + gradient("w", "#c79a63", "#a87840", "#845a2b"),
        shadow(500, 786, 176, 24)
        + clipped("c", body, "url(#g)")
        + '<path d="M308 610 C420 640 580 640 692 610 L690 660 C580 690 420 690 310 660Z" fill="#35607a" opacity=".8"/>'
        '<path d="M312 690 C420 720 580 720 688 690" stroke="#35607a" stroke-width="7" fill="none" opacity=".7"/>'
        '<ellipse cx="500" cy="470" rx="176" ry="36" fill="#a2733d"/><ellipse cx="500" cy="452" rx="184" ry="40" fill="url(#w)"/><ellipse cx="500" cy="444" rx="184" ry="38" fill="#cfa36c"/>'
        '<clipPath id="lid"><ellipse cx="500" cy="444" rx="184" ry="38"/></clipPath><g clip-path="url(#lid)"><rect width="1000" height="1000" filter="url(#wood)" opacity=".6"/></g>'
        '<ellipse cx="500" cy="430" rx="34" ry="12" fill="#7d5528"/><path d="M470 400 h60 v26 q-30 14 -60 0Z" fill="url(#w)"/><ellipse cx="500" cy="398" rx="40" ry="15" fill="#d9b07a"/>'
        '<path d="M356 510 C338 590 340 690 362 750" stroke="#fff" stroke-width="20" fill="none" opacity=".85" filter="url(#near)"/>'
        '<g fill="#fff">'
        + "".join(
            f'<rect x="{x}" y="{y}" width="{s}" height="{s}" transform="rotate({x % 45} {x} {y})" opacity=".95"/>'
            for x, y, s in (
                (720, 806, 13),
                (748, 822, 10),
                (772, 800, 8),
                (700, 828, 9),
                (798, 826, 11),
                (738, 796, 7),
                (822, 812, 7),
            )
        )
        + "</g>",
    )


def glazing_film() -> str:
    return scene(
        WALL_SAGE,
        TABLE_SAGE,
        gradient("g", "#3d4a46", "#27312e", x2=1, y2=1)
        + gradient("s", "#c9d2c6", "#93a59b", "#6d8378", x2=1, y2=1)
        + gradient("v", "#f0e7d8", "#d2bfa5", "#a98d6d"),
        '<path d="M240 790 L780 786 L860 830 L300 838Z" fill="#2c2118" opacity=".34" filter="url(#near)"/>'
        '<rect x="196" y="280" width="608" height="420" rx="26" fill="url(#g)"/><rect x="222" y="306" width="556" height="368" rx="8" fill="url(#s)"/>'
        '<path d="M150 700 L850 700 L880 760 Q884 786 858 788 L142 788 Q116 786 120 760Z" fill="#46534f"/><path d="M420 716 L580 716 L588 744 L412 744Z" fill="#36413e"/>'
        '<ellipse cx="500" cy="640" rx="120" ry="20" fill="#54675d"/><path d="M408 470 L592 470 C600 560 570 620 540 634 L460 634 C430 620 400 560 408 470Z" fill="url(#v)"/><ellipse cx="500" cy="470" rx="92" ry="22" fill="#f6efe2"/><ellipse cx="500" cy="472" rx="78" ry="15" fill="#8b7355"/>'
        '<path d="M406 490 C430 540 450 500 476 546 C500 590 520 510 548 540 C570 560 584 520 594 490 L592 470 L408 470Z" fill="#5f8d8c" opacity=".88"/>'
        '<circle cx="500" cy="496" r="74" fill="#1f2825" opacity=".72"/><path d="M478 456 L478 536 L544 496Z" fill="#fff"/>',
    )


def studio() -> str:
    """The wide picture of the home page: a shelf of the studio's things."""

    def vase(x: int, y: int, s: float, fill: str, name: str) -> str:
        path = (
            f"M{x - 34 * s:.0f} {y - 330 * s:.0f} L{x + 34 * s:.0f} {y - 330 * s:.0f} C{x + 30 * s:.0f} {y - 260 * s:.0f} {x + 120 * s:.0f} {y - 220 * s:.0f} {x + 118 * s:.0f} {y - 120 * s:.0f} "
            f"C{x + 116 * s:.0f} {y - 40 * s:.0f} {x + 70 * s:.0f} {y} {x + 50 * s:.0f} {y} L{x - 50 * s:.0f} {y} C{x - 70 * s:.0f} {y} {x - 116 * s:.0f} {y - 40 * s:.0f} {x - 118 * s:.0f} {y - 120 * s:.0f} C{x - 120 * s:.0f} {y - 220 * s:.0f} {x - 30 * s:.0f} {y - 260 * s:.0f} {x - 34 * s:.0f} {y - 330 * s:.0f}Z"
        )
        return (
            shadow(x, y, round(80 * s), round(14 * s))
            + clipped(name, path, fill)
            + f'<path d="M{x - 84 * s:.0f} {y - 170 * s:.0f} C{x - 100 * s:.0f} {y - 100 * s:.0f} {x - 80 * s:.0f} {y - 40 * s:.0f} {x - 60 * s:.0f} {y - 20 * s:.0f}" stroke="#fff" stroke-width="{14 * s:.0f}" fill="none" opacity=".45" filter="url(#near)"/>'
        )

    leaves = "".join(
        f'<g transform="translate({x} {y}) rotate({turn})"><path d="M0 0 C26 -22 26 -66 0 -92 C-26 -66 -26 -22 0 0Z" fill="{fill}"/><path d="M0 0 V-84" stroke="#5c6a4c" stroke-width="2"/></g>'
        for x, y, turn, fill in (
            (1092, 300, -50, "#8c9b74"), (1110, 250, 40, "#7c8c66"), (1070, 220, -20, "#95a47d"), (1120, 180, 20, "#87976f"),
            (1050, 330, -80, "#7c8c66"), (1150, 290, 70, "#95a47d"), (1086, 150, -10, "#8c9b74"), (1160, 220, 50, "#7c8c66"), (1030, 270, -60, "#87976f"),
        )
    )  # fmt: skip
    bowl = "M560 640 C566 740 640 790 690 794 L790 794 C840 790 914 740 920 640 Z"
    return scene(
        ("#eee5d7", "#d9cbb6"),
        ("#bfa98b", "#d0bda1"),
        gradient("a", "#c9d2cd", "#8fa19b", "#5d706b")
        + gradient("b", "#e3b699", "#c28463", "#8d5438")
        + gradient("d", "#faf6ec", "#e2d9c7", "#b3a78f")
        + gradient("e", "#aab4b2", "#84918f", "#566260"),
        '<path d="M0 0 L520 0 L200 640 L0 640Z" fill="#fff" opacity=".28" filter="url(#blurred)"/><path d="M620 0 L760 0 L440 640 L300 640Z" fill="#fff" opacity=".2" filter="url(#blurred)"/>'
        + vase(1450, 770, 1.25, "url(#d)", "v1")
        + '<g transform="translate(130 0)">'
        + '<path d="M1090 470 C1094 380 1080 260 1090 130 M1094 400 C1110 330 1140 300 1156 250 M1090 420 C1070 360 1050 330 1040 290" stroke="#5c6a4c" stroke-width="6" fill="none"/>'
        + leaves
        + vase(1090, 800, 1.05, "url(#a)", "v2")
        + "</g>"
        + vase(690, 760, 0.92, "url(#b)", "v3")
        + '<g transform="translate(160 30)">'
        + shadow(740, 796, 150, 18)
        + clipped("bowl", bowl, "url(#e)")
        + '<ellipse cx="740" cy="640" rx="180" ry="40" fill="#bfc8c5"/><ellipse cx="740" cy="642" rx="166" ry="32" fill="#5f6b69"/>'
        + '<ellipse cx="690" cy="636" rx="58" ry="40" fill="#d9a54a"/><ellipse cx="776" cy="632" rx="60" ry="42" fill="#e0b257"/><ellipse cx="734" cy="618" rx="56" ry="38" fill="#e9c06a"/><path d="M736 584 q14 -20 34 -20" stroke="#6b7a4f" stroke-width="6" fill="none"/>'
        + clipped(
            "front",
            "M557 640 C600 700 880 700 923 640 L920 660 C910 740 840 790 790 794 L690 794 C640 790 566 740 560 660Z",
            "url(#e)",
        )
        + "</g>",
        size=(1600, 1000),
    )


PICTURES = {
    "stoneware-bowl": stoneware_bowl,
    "pour-over-jug": pour_over_jug,
    "linen-tablecloth": linen_tablecloth,
    "olive-wood-spoons": olive_wood_spoons,
    "serving-plate": serving_plate,
    "espresso-cups": espresso_cups,
    "linen-napkins": linen_napkins,
    "walnut-board": walnut_board,
    "salt-jar": salt_jar,
    "glazing-at-home": glazing_film,
    "studio": studio,
}


def main() -> None:
    """Draw every picture into this folder."""
    with launched() as browser:
        for name, draw in PICTURES.items():
            svg = draw()
            width, height = (1600, 1000) if name == "studio" else (SIZE, SIZE)
            page = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=0.8)
            page.set_content(f"<body style='margin:0'>{svg}</body>")
            page.screenshot(path=HERE / f"{name}.jpg", type="jpeg", quality=80)
            page.close()
            print(name)


if __name__ == "__main__":
    main()
