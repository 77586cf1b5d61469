#!/usr/bin/env python3
"""Draws the sample showroom's people: staff/<id>.svg, and staff/<id>.png at 480x480. See README.md beside it.

usage: people.py [--svg-only] [ID ...]

Nobody is meant: heads, hair and clothes are put together from a few shapes. Rendered as the cars are, by draw.py.
"""

import pathlib
import sys

from draw import mix, render

OUT = pathlib.Path(__file__).resolve().parent / "staff"

SUIT, SHIRT, INK = "#1d3a44", "#f7f4ee", "#2a2220"


def gradient(name, top, bottom, across=False):
    end = 'x2="1" y2="0.35"' if across else 'x2="0" y2="1"'
    return (
        f'<linearGradient id="{name}" x1="0" y1="0" {end}><stop offset="0" stop-color="{top}"/>'
        f'<stop offset="1" stop-color="{bottom}"/></linearGradient>'
    )


def shape(d, fill, **extra):
    more = "".join(f' {key.replace("_", "-")}="{value}"' for key, value in extra.items())
    return f'<path d="{d}" fill="{fill}"{more}/>'


def line(d, stroke, width, **extra):
    return shape(d, "none", stroke=stroke, stroke_width=width, stroke_linecap="round", stroke_linejoin="round", **extra)


# The face is 100 wide, its chin at y 300, its brow at 212.
FACE = "M186 196 C184 246 194 276 212 292 C224 303 256 303 268 292 C286 276 296 246 294 196 C292 148 188 148 186 196 Z"


def person(title, skin, hair, behind, before, ground, jacket, collar):
    """behind, before: hair behind the head and over the brow. collar: what closes at the neck."""
    dark, light = mix(skin, "#7a3c1e", 0.28), mix(skin, "#ffffff", 0.25)
    brow = mix(hair, "#000000", 0.1)
    parts = [
        '<rect width="480" height="480" fill="url(#ground)"/>',
        shape("M240 60 A200 200 0 0 1 440 260 L480 480 H0 L40 260 A200 200 0 0 1 240 60 Z", "#ffffff", opacity=0.1),
        shape(behind, "url(#hair)") if behind else "",
        # Neck, and the head's shade on it
        shape("M212 270 L212 338 Q240 372 268 338 L268 270 Z", mix(skin, "#7a3c1e", 0.14)),
        shape("M212 290 Q240 324 268 290 L268 306 Q240 338 212 306 Z", dark, opacity=0.45),
        # Shoulders
        shape("M52 480 C54 400 110 374 176 352 L212 334 Q240 366 268 334 L304 352 C370 374 426 400 428 480 Z", "url(#jacket)"),
        shape("M204 338 L240 440 L276 338 L266 330 Q240 360 214 330 Z", SHIRT),
        collar,
        # Lapels
        shape("M206 334 L188 346 L166 398 L192 404 L184 420 L232 480 L240 480 L240 444 Z", mix(jacket, "#000000", 0.16)),
        shape("M274 334 L292 346 L314 398 L288 404 L296 420 L248 480 L240 480 L240 444 Z", mix(jacket, "#000000", 0.08)),
        shape("M338 414 h30 v7 h-30 Z", "#c8a35c", opacity=0.95),
        # Ears and face
        shape("M188 206 C176 200 172 216 178 232 C182 242 188 244 192 240 Z", dark, opacity=0.9),
        shape("M292 206 C304 200 308 216 302 232 C298 242 292 244 288 240 Z", dark, opacity=0.9),
        shape(FACE, "url(#skin)"),
        shape("M262 160 C292 168 294 190 294 200 C296 246 286 276 268 292 C262 298 250 301 240 301 C270 280 280 220 262 160 Z", dark, opacity=0.16),
        '<ellipse cx="206" cy="252" rx="14" ry="9" fill="#e0765a" opacity="0.16"/>',
        '<ellipse cx="274" cy="252" rx="14" ry="9" fill="#e0765a" opacity="0.16"/>',
        # Brows, eyes, nose, a smile
        line("M203 212 Q214 205 226 210", brow, 4.6),
        line("M254 210 Q266 205 277 212", brow, 4.6),
        line("M205 228 Q215 220 226 228", INK, 3.4),
        line("M254 228 Q265 220 275 228", INK, 3.4),
        '<circle cx="215.500" cy="228" r="5" fill="#2a2220"/><circle cx="264.500" cy="228" r="5" fill="#2a2220"/>',
        '<circle cx="217" cy="226.500" r="1.500" fill="#ffffff"/><circle cx="266" cy="226.500" r="1.500" fill="#ffffff"/>',
        line("M241 232 Q237 248 234 253 Q239 257 245 255", dark, 2.6, opacity=0.75),
        shape("M218 268 Q240 276 262 268 Q254 286 240 286 Q226 286 218 268 Z", "#ffffff"),
        line("M217 267 Q240 276 263 267", "#b4574a", 3.2),
        line("M220 271 Q228 287 240 287 Q252 287 260 271", "#b4574a", 3.2),
        shape(before, "url(#hair)"),
    ]
    defs = (
        gradient("ground", mix(ground, "#ffffff", 0.28), ground)
        + gradient("hair", mix(hair, "#ffffff", 0.16), mix(hair, "#000000", 0.2))
        + gradient("skin", light, skin, across=True)
        + gradient("jacket", mix(jacket, "#ffffff", 0.1), mix(jacket, "#000000", 0.18))
    )
    body = "\n".join(part for part in parts if part)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="66 62 348 348" width="480" height="480">\n'
        f"<title>{title}</title>\n<defs>{defs}</defs>\n{body}\n</svg>\n"
    )


def wang():
    """Hair to the chin, parted at the side."""
    behind = "M240 118 C160 114 156 190 160 250 C162 296 166 322 182 326 C206 330 274 330 298 326 C314 322 318 296 320 250 C324 190 320 114 240 118 Z"
    before = (
        "M262 142 C230 160 200 182 192 222 C190 250 192 286 200 318 C176 326 162 310 160 262 C156 176 170 120 240 118 "
        "C310 120 324 176 320 262 C318 310 304 326 280 318 C288 286 290 250 288 222 C286 190 276 162 262 142 Z"
    )
    collar = shape("M214 330 L240 366 L226 384 L202 340 Z M266 330 L240 366 L254 384 L278 340 Z", "#ffffff")
    return person("王芳", "#f0c8a8", "#2c211d", behind, before, "#bccfd1", SUIT, collar)


def chen():
    """Short hair, and a tie."""
    before = (
        "M184 206 C176 168 184 128 226 118 C250 112 292 116 300 158 C304 176 300 192 296 206 C294 190 290 180 282 170 "
        "C262 176 226 172 204 162 C194 172 188 188 184 206 Z"
    )
    collar = (
        shape("M232 352 L248 352 L246 364 L256 452 L240 476 L224 452 L234 364 Z", "#7a5a26")
        + shape("M214 330 L240 356 L224 380 L202 340 Z M266 330 L240 356 L256 380 L278 340 Z", "#ffffff")
    )
    return person("陈浩", "#e6b792", "#211b19", "", before, "#d5cbb8", "#2b3440", collar)


def li():
    """Hair tied up, with a fringe to the side."""
    behind = "M240 70 C270 68 286 88 282 108 C320 128 312 190 304 226 L176 226 C168 190 160 128 198 108 C194 88 210 68 240 70 Z"
    before = "M180 222 C170 168 186 122 240 118 C294 122 310 168 300 222 C296 196 288 176 270 158 C252 176 214 184 196 186 C188 196 184 208 180 222 Z"
    collar = shape("M214 330 L240 366 L226 384 L202 340 Z M266 330 L240 366 L254 384 L278 340 Z", "#ffffff")
    return person("李娜", "#f2cdb0", "#3a2a22", behind, before, "#d9c7bf", "#4a2f36", collar)


PEOPLE = {"wang": wang, "chen": chen, "li": li}


def main(arguments):
    OUT.mkdir(parents=True, exist_ok=True)
    for person_id in [a for a in arguments if not a.startswith("-")] or list(PEOPLE):
        svg = OUT / f"{person_id}.svg"
        svg.write_text(PEOPLE[person_id](), encoding="utf-8")
        if "--svg-only" not in arguments:
            render(svg, OUT / f"{person_id}.png", 480, 480)


if __name__ == "__main__":
    main(sys.argv[1:])
