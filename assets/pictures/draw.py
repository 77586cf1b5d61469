#!/usr/bin/env python3
"""Draws the sample showroom's cars: models/<id>.svg, and models/<id>.png at 1152x576. See README.md beside it.

usage: draw.py [--svg-only] [ID ...]

The cars are drawn in millimetres: x from the nose to the tail, y up from the ground. Python alone makes the SVGs,
chromium the PNGs; with the packages Pillow and imagequant the PNGs get 256 colours, a third of the size.
"""

import cmath
import math
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE / "models"
WIDTH, HEIGHT, GROUND = 1600, 800, 664
CORNER = "corner"


# --- Curves: Hobby's splines (as in METAFONT) through nodes (x, y), (x, y, direction in degrees) or (x, y, CORNER) ---


def stretch(theta, phi):
    st, ct, sp, cp = math.sin(theta), math.cos(theta), math.sin(phi), math.cos(phi)
    top = 2 + math.sqrt(2) * (st - sp / 16) * (sp - st / 16) * (ct - cp)
    return top / (1 + (math.sqrt(5) - 1) / 2 * ct + (3 - math.sqrt(5)) / 2 * cp) / 3


def solve(rows):
    """A tridiagonal system of (below, on, above, value)."""
    n = len(rows)
    c, d = [0.0] * n, [0.0] * n
    for i, (low, on, up, value) in enumerate(rows):
        base = on - (low * c[i - 1] if i else 0)
        c[i] = up / base
        d[i] = (value - (low * d[i - 1] if i else 0)) / base
    for i in range(n - 2, -1, -1):
        d[i] -= c[i] * d[i + 1]
    return d


def smooth(z, start, end):
    """The cubic pieces through the points z, with a direction in radians or None at either end."""
    n = len(z) - 1
    chord = [z[i + 1] - z[i] for i in range(n)]
    d = [abs(c) for c in chord]
    turn = [0.0] + [cmath.phase(chord[i] / chord[i - 1]) for i in range(1, n)] + [0.0]
    if start is None:
        rows = [(0, 1, 1, -turn[1])]
    else:
        rows = [(0, 1, 0, cmath.phase(cmath.rect(1, start) / chord[0]))]
    for k in range(1, n):
        a, b = 1 / d[k - 1], 1 / d[k]
        rows.append((a, 2 * a + 2 * b, b, -(2 * turn[k] * a + turn[k + 1] * b)))
    if end is None:
        rows.append((1, 1, 0, 0) if n > 1 or start is not None else (0, 1, 0, 0))
    else:
        rows.append((0, 1, 0, cmath.phase(cmath.rect(1, end) / chord[-1])))
    theta = solve(rows)
    pieces = []
    for k in range(n):
        t, p = theta[k], -turn[k + 1] - theta[k + 1]
        u = z[k] + cmath.exp(1j * t) * chord[k] * stretch(t, p)
        v = z[k + 1] - cmath.exp(-1j * p) * chord[k] * stretch(p, t)
        pieces.append((z[k], u, v, z[k + 1]))
    return pieces


def curve(nodes, closed=False):
    """Cubic pieces through the nodes. A closed path has to begin at a corner."""
    if closed:
        nodes = list(nodes) + [nodes[0]]
    z = [complex(n[0], n[1]) for n in nodes]
    kind = [n[2] if len(n) > 2 else None for n in nodes]
    angle = [None if k in (None, CORNER) else math.radians(k) for k in kind]
    pieces, first = [], 0
    for i in range(1, len(z)):
        if kind[i] is not None or i == len(z) - 1:
            part = z[first : i + 1]
            if len(part) == 2 and angle[first] is None and angle[i] is None:
                a, b = part
                pieces.append((a, a + (b - a) / 3, b - (b - a) / 3, b))
            else:
                pieces += smooth(part, angle[first], angle[i])
            first = i
    return pieces


def at(piece, t):
    a, u, v, b = piece
    s = 1 - t
    return a * s**3 + 3 * u * s * s * t + 3 * v * s * t * t + b * t**3


def slope(piece, t):
    a, u, v, b = piece
    s = 1 - t
    return 3 * ((u - a) * s * s + 2 * (v - u) * s * t + (b - v) * t * t)


# --- Colours ---


def rgb(colour):
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def mix(a, b, part):
    """Mixed in linear light, which keeps the hue of dark tones."""
    out = []
    for x, y in zip(rgb(a), rgb(b)):
        x, y = (x / 255) ** 1.8, (y / 255) ** 1.8
        out.append(round(255 * (x + (y - x) * part) ** (1 / 1.8)))
    return "#%02x%02x%02x" % tuple(out)


class Paint:
    def __init__(self, base, light=None, dark=None, outline=None, gleam=1.0):
        self.base = base
        self.light = light or mix(base, "#ffffff", 0.2)
        self.high = mix(self.light, "#ffffff", 0.5)
        self.dark = dark or mix(base, "#05080a", 0.5)
        self.deep = mix(self.dark, "#05080a", 0.55)
        self.outline = outline or self.deep
        self.gleam = gleam


# --- The drawing ---


class Drawing:
    def __init__(self, length, scale, paint):
        self.length, self.scale, self.paint = length, scale, paint
        self.left = (WIDTH - length * scale) / 2
        self.defs, self.body, self.count = [], [], 0

    # Places and numbers

    def x(self, mm):
        return self.left + mm * self.scale

    def y(self, mm):
        return GROUND - mm * self.scale

    def point(self, z):
        return f"{num(self.x(z.real))} {num(self.y(z.imag))}"

    def name(self, stem):
        self.count += 1
        return f"{stem}{self.count}"

    def d(self, pieces, closed=False):
        out = [f"M{self.point(pieces[0][0])}"]
        last = pieces[0][0]
        for a, u, v, b in pieces:
            if abs(a - last) > 0.01:
                out.append(f"L{self.point(a)}")
            out.append(f"C{self.point(u)} {self.point(v)} {self.point(b)}")
            last = b
        return "".join(out) + ("Z" if closed else "")

    # Definitions

    def gradient(self, x1, y1, x2, y2, stops):
        """A linear gradient between two places in millimetres; stops are (offset, colour, opacity)."""
        name = self.name("g")
        self.defs.append(
            f'<linearGradient id="{name}" gradientUnits="userSpaceOnUse" x1="{num(self.x(x1))}" y1="{num(self.y(y1))}"'
            f' x2="{num(self.x(x2))}" y2="{num(self.y(y2))}">{stop_list(stops)}</linearGradient>'
        )
        return f"url(#{name})"

    def glow(self, stops):
        name = self.name("r")
        self.defs.append(f'<radialGradient id="{name}">{stop_list(stops)}</radialGradient>')
        return f"url(#{name})"

    def blur(self, mm, down=None):
        name = self.name("b")
        size = num(mm * self.scale) if down is None else f"{num(mm * self.scale)} {num(down * self.scale)}"
        self.defs.append(
            f'<filter id="{name}" filterUnits="userSpaceOnUse" x="0" y="0" width="{WIDTH}" height="{HEIGHT}"'
            f' color-interpolation-filters="sRGB"><feGaussianBlur stdDeviation="{size}"/></filter>'
        )
        return f"url(#{name})"

    def clip(self, d):
        name = self.name("c")
        self.defs.append(f'<clipPath id="{name}"><path d="{d}"/></clipPath>')
        return f"url(#{name})"

    # Marks

    def add(self, text):
        self.body.append(text)

    def open(self, **attributes):
        self.add(f"<g{attrs(attributes)}>")

    def close(self, times=1):
        self.add("</g>" * times)

    def shape(self, d, **attributes):
        self.add(f'<path d="{d}"{attrs(attributes)}/>')

    def fill(self, nodes, fill, **attributes):
        self.shape(self.d(curve(nodes, True), True), fill=fill, **attributes)

    def line(self, nodes, stroke, mm, **attributes):
        attributes.setdefault("stroke_linecap", "round")
        pieces = nodes if isinstance(nodes[0][0], complex) else curve(nodes)
        self.shape(self.d(pieces), fill="none", stroke=stroke, stroke_width=num(mm * self.scale), **attributes)

    def ellipse(self, x, y, rx, ry, fill, **attributes):
        self.add(
            f'<ellipse cx="{num(self.x(x))}" cy="{num(self.y(y))}" rx="{num(rx * self.scale)}" ry="{num(ry * self.scale)}"'
            f' fill="{fill}"{attrs(attributes)}/>'
        )

    def side(self, nodes, up):
        """The half of the picture above or below a line that runs from the nose to the tail."""
        pieces = curve(nodes)
        far = 4000 if up else -1500
        first, last = pieces[0][0], pieces[-1][3]
        tail = [complex(last.real + 900, last.imag), complex(last.real + 900, far), complex(first.real - 900, far)]
        tail.append(complex(first.real - 900, first.imag))
        return self.d(pieces) + "".join("L" + self.point(z) for z in tail) + "Z"

    def fade(self, nodes, colour, opacity, ends=(0.08, 0.92)):
        """A paint along a line that is strong in the middle and fades out at its ends."""
        x1, x2 = nodes[0][0], nodes[-1][0]
        a, b = ends
        stops = [(0, colour, 0 if a else opacity), (a, colour, opacity), (b, colour, opacity)]
        return self.gradient(x1, 0, x2, 0, stops + [(1, colour, 0 if b < 1 else opacity)])

    def crease(self, nodes, above=None, below=None, ends=(0.12, 0.88), edge=None):
        """A fold in the sheet metal: sharp along the line, fading away from it. above, below: (colour, opacity, mm)."""
        for up, tone in ((True, above), (False, below)):
            if tone:
                colour, opacity, mm = tone
                self.open(clip_path=self.clip(self.side(nodes, up)))
                soft = self.blur(mm * 0.42)
                self.line(nodes, self.fade(nodes, colour, opacity, ends), mm, filter=soft, stroke_linecap="butt")
                self.close()
        if edge:
            colour, opacity, mm = edge
            self.line(nodes, self.fade(nodes, colour, opacity, ends), mm, stroke_linecap="butt")

    def svg(self, title):
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">\n'
            f"<title>{title}</title>\n<defs>\n"
            + "\n".join(self.defs)
            + "\n</defs>\n"
            + "\n".join(self.body)
            + "\n</svg>\n"
        )


def num(value):
    return f"{value:.2f}".rstrip("0").rstrip(".")


def attrs(attributes):
    return "".join(f' {key.replace("_", "-")}="{value}"' for key, value in attributes.items() if value is not None)


def stop_list(stops):
    out = []
    for offset, colour, *opacity in stops:
        alpha = f' stop-opacity="{num(opacity[0])}"' if opacity and opacity[0] != 1 else ""
        out.append(f'<stop offset="{num(offset)}" stop-color="{colour}"{alpha}/>')
    return "".join(out)


# --- Wheels: drawn in units of a hundredth of the radius, y down ---


def polar(radius, degrees):
    a = math.radians(degrees)
    return radius * math.cos(a), radius * math.sin(a)


def ring_path(points):
    return "M" + "L".join(f"{num(x)} {num(y)}" for x, y in points) + "Z"


def spoke(turn, inner, outer, half_in, half_out, lean=0, waist=None):
    """A spoke between two radii, with its half widths, the angle by which its outer end leans and its narrowest half."""
    waist = waist if waist is not None else (half_in + half_out) / 2
    middle = (inner + outer) / 2

    def place(radius, offset, part):
        a = math.radians(turn + lean * part * part)
        ux, uy = math.cos(a), math.sin(a)
        return radius * ux - offset * uy, radius * uy + offset * ux

    def half(a, b, c):
        return f"C{num(b[0])} {num(b[1])} {num(b[0])} {num(b[1])} {num(c[0])} {num(c[1])}"

    p = [place(inner, -half_in, 0), place(middle, -waist, 0.5), place(outer, -half_out, 1)]
    q = [place(outer, half_out, 1), place(middle, waist, 0.5), place(inner, half_in, 0)]
    return f"M{num(p[0][0])} {num(p[0][1])}" + half(*p) + f"L{num(q[0][0])} {num(q[0][1])}" + half(*q) + "Z"


def spokes_of(style):
    """(faces, darker faces behind them) of a wheel, as path data."""
    faces, behind = [], []
    if style == "twin":  # five pairs
        for k in range(5):
            turn = -90 + 72 * k
            faces += [spoke(turn + s * 7, 13, 77, 5.2, 4.6, s * 9, 3.7) for s in (-1, 1)]
    elif style == "blade":  # ten leaning blades
        for k in range(10):
            faces.append(spoke(-90 + 36 * k, 12, 77, 3.4, 7.2, 17, 4.2))
    elif style == "fork":  # seven forks
        for k in range(7):
            turn = -90 + 360 / 7 * k
            faces += [spoke(turn, 12, 77, 4.8, 3, s * 12, 2.7) for s in (-1, 1)]
    elif style == "star":  # six broad spokes and six thin ones behind
        for k in range(6):
            turn = -90 + 60 * k
            faces += [spoke(turn + s * 3.2, 12, 77, 4.4, 4.2, s * 5.5, 3.6) for s in (-1, 1)]
            behind.append(spoke(turn + 30, 12, 77, 3.6, 3.4))
    elif style == "rays":  # eighteen thin rays
        for k in range(18):
            faces.append(spoke(-90 + 20 * k, 14, 77, 2.1, 3.3, 0, 2.2))
    return faces, behind


def wheel(p, cx, cy, r, style, metal, caliper):
    """metal: (light, middle, dark) of the rim."""
    light, middle, dark = metal
    k = r * p.scale / 100
    p.add(f'<g transform="translate({num(p.x(cx))} {num(p.y(cy))}) scale({k:.4f})">')

    def straight(stops, x1=0, y1=-80, x2=0, y2=80):
        name = p.name("g")
        p.defs.append(
            f'<linearGradient id="{name}" gradientUnits="userSpaceOnUse" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}">'
            f"{stop_list(stops)}</linearGradient>"
        )
        return f"url(#{name})"

    def round_(stops, radius):
        name = p.name("r")
        p.defs.append(
            f'<radialGradient id="{name}" gradientUnits="userSpaceOnUse" cx="0" cy="0" r="{radius}">{stop_list(stops)}</radialGradient>'
        )
        return f"url(#{name})"

    def disc(radius, fill, **extra):
        p.add(f'<circle r="{num(radius)}" fill="{fill}"{attrs(extra)}/>')

    def hoop(radius, width, stroke, **extra):
        p.add(f'<circle r="{num(radius)}" fill="none" stroke="{stroke}" stroke-width="{num(width)}"{attrs(extra)}/>')

    # Tyre
    disc(100, round_([(0, "#1a1c1d"), (0.8, "#1d1f21"), (0.9, "#303336"), (0.965, "#25282a"), (1, "#121415")], 100))
    hoop(92.5, 0.8, "#4a4e51", opacity=0.55)
    hoop(84.5, 0.8, "#0e1011", opacity=0.8)
    # Barrel, brake disc, caliper
    disc(79, round_([(0, "#0d0f10"), (0.7, "#14171a"), (0.93, "#2a2e31"), (1, "#191c1e")], 79))
    disc(55, straight([(0, "#70757a"), (0.5, "#8d9297"), (1, "#5b6065")], -40, -50, 40, 50))
    hoop(50, 0.7, "#4d5256", opacity=0.8)
    hoop(44, 0.5, "#5c6165", opacity=0.7)
    disc(32, "#2b2f33")
    a, b = polar(60, -28), polar(60, 28)
    c, e = polar(38, 24), polar(38, -24)
    p.add(
        f'<path d="M{num(a[0])} {num(a[1])}A60 60 0 0 1 {num(b[0])} {num(b[1])}L{num(c[0])} {num(c[1])}'
        f'A38 38 0 0 0 {num(e[0])} {num(e[1])}Z" fill="{caliper}" stroke="#0b0d0e" stroke-width="1" stroke-linejoin="round"/>'
    )
    disc(79, round_([(0, "#000000", 0.1), (0.75, "#000000", 0.12), (1, "#000000", 0.5)], 79))
    # Rim
    metal_face = straight([(0, light), (0.45, middle), (0.75, dark), (1, middle)], -25, -76, 25, 76)
    metal_back = straight([(0, mix(middle, "#000000", 0.55)), (1, mix(dark, "#000000", 0.7))])
    if style == "aero":
        windows = []
        for k in range(5):
            turn = -90 + 72 * k
            outer = [polar(64, turn + t) for t in (-21, -14, -7, 0, 7, 14, 21)]
            inner = [polar(39, turn + t) for t in (13, 0, -13)]
            windows.append(ring_path(outer + inner))
        full = "M-77 0A77 77 0 1 1 77 0A77 77 0 1 1 -77 0Z"
        insert = straight([(0, mix(dark, "#000000", 0.35)), (1, mix(dark, "#000000", 0.7))])
        p.add(f'<path d="{full + "".join(windows)}" fill="{insert}" fill-rule="evenodd"/>')
        for window in windows:
            p.add(
                f'<path d="{window}" fill="none" stroke="{middle}" stroke-width="0.9" stroke-linejoin="round" opacity=".7"/>'
            )
        for k in range(5):
            petal = spoke(-54 + 72 * k, 15, 76, 6.5, 12.5, 0, 7.5)
            p.add(f'<path d="{petal}" fill="{metal_face}" stroke="{mix(dark, "#000000", 0.6)}" stroke-width="1.4"/>')
        disc(
            19,
            straight([(0, light), (0.5, middle), (1, dark)], -8, -18, 8, 18),
            stroke=mix(dark, "#000000", 0.4),
            stroke_width=1,
        )
    else:
        faces, behind = spokes_of(style)
        for d in behind:
            p.add(f'<path d="{d}" fill="{metal_back}"/>')
        for d in faces:
            p.add(
                f'<path d="{d}" fill="{metal_back}" stroke="{mix(dark, "#000000", 0.72)}" stroke-width="3.4" stroke-linejoin="round"/>'
            )
        disc(21, mix(dark, "#000000", 0.6))
        for d in faces:
            p.add(f'<path d="{d}" fill="{metal_face}"/>')
        disc(18.5, straight([(0, light), (0.5, middle), (1, dark)], -8, -18, 8, 18))
    hoop(78, 3, straight([(0, light), (0.35, dark), (0.6, middle), (1, light)]))
    hoop(75.8, 1, "#000000", opacity=0.35)
    # Hub
    for k in range(5):
        x, y = polar(13.3, -54 + 72 * k)
        p.add(f'<circle cx="{num(x)}" cy="{num(y)}" r="1.9" fill="#23272a"/>')
    disc(8, "#1b1f22", stroke=light, stroke_width=1)
    p.add(f'<path d="M0 -4.4L1.1 -1.1L4.4 0L1.1 1.1L0 4.4L-1.1 1.1L-4.4 0L-1.1 -1.1Z" fill="{light}"/>')
    # The arch's shade
    disc(
        100,
        straight(
            [(0, "#000000", 0.78), (0.16, "#000000", 0.5), (0.5, "#000000", 0.06), (1, "#000000", 0)], 0, -100, 0, 60
        ),
    )
    p.add("</g>")


# --- A car ---


class Car(Drawing):
    def __init__(self, length, scale, paint, sil, front, rear, radius, sill, gap=34):
        super().__init__(length, scale, paint)
        self.sil, self.front, self.rear, self.radius, self.sill, self.gap = sil, front, rear, radius, sill, gap
        self.outline = curve(sil)
        self.height = max(at(piece, t / 20).imag for piece in self.outline for t in range(21))
        self.body_d = self.d(self.outline) + self.floor()
        self.inside = self.clip(self.body_d)

    def floor(self):
        """The lower edge, from the tail's foot to the nose's, with both arches."""
        arch = self.radius + self.gap
        tail, nose = self.outline[-1][3], self.outline[0][0]
        out = []
        for centre, enter, leave in ((self.rear, tail.imag, self.sill), (self.front, self.sill, nose.imag)):
            x1 = centre + math.sqrt(arch**2 - (self.radius - enter) ** 2)
            x2 = centre - math.sqrt(arch**2 - (self.radius - leave) ** 2)
            px = num(arch * self.scale)
            out.append(f"L{self.point(complex(x1, enter))}A{px} {px} 0 1 0 {self.point(complex(x2, leave))}")
        return "".join(out) + "Z"

    def top(self, x, inset=0):
        """The silhouette's upper edge at x, moved inwards."""
        near = [(at(piece, i / 100), slope(piece, i / 100)) for piece in self.outline for i in range(101)]
        close = min(abs(z.real - x) for z, _ in near) + 6
        z, along = max((pair for pair in near if abs(pair[0].real - x) <= close), key=lambda pair: pair[0].imag)
        moved = z + along / abs(along) * -1j * inset
        return moved.real, moved.imag

    def follow(self, xs, inset):
        return [self.top(x, inset) for x in xs]

    # Layers, from the ground up

    def shadow(self):
        l, dusk = self.length, "#000000"  # pure black: 256 colours hold more shades of it
        self.ellipse(
            l / 2, -14, l * 0.53, 120, self.glow([(0, dusk, 0.26), (0.56, dusk, 0.26), (0.8, dusk, 0.09), (1, dusk, 0)])
        )
        # Under the car, from the floor to the ground
        paint = self.gradient(
            120,
            0,
            l - 120,
            0,
            [(0, dusk, 0), (0.09, dusk, 0.22), (0.2, dusk, 0.62), (0.8, dusk, 0.62), (0.91, dusk, 0.22), (1, dusk, 0)],
        )
        top = self.sill + 40
        nodes = [
            (150, 30),
            (500, self.sill * 0.7),
            (self.front + 200, top),
            (self.rear - 200, top),
            (l - 500, self.sill * 0.7),
            (l - 150, 30),
            (l - 240, -12),
            (240, -12),
        ]
        self.fill([node + (CORNER,) for node in nodes], paint, filter=self.blur(40, 16))
        soft = self.blur(34, 9)
        for x in (self.front, self.rear):
            self.ellipse(x, -4, self.radius * 0.7, 22, dusk, opacity=0.8, filter=soft)

    def under(self):
        """Wheel wells and the floor, behind everything."""
        arch = self.radius + self.gap + 6
        foot = self.sill - 34
        nose, tail = self.outline[0][0], self.outline[-1][3]
        self.fill(
            [
                (nose.real + 60, nose.imag + 80, CORNER),
                (nose.real + 250, foot + 8, CORNER),
                (self.front, foot, CORNER),
                (self.rear, foot, CORNER),
                (tail.real - 330, foot + 14, CORNER),
                (tail.real - 60, tail.imag + 80, CORNER),
            ],
            "#0d0f10",
        )
        for x in (self.front, self.rear):
            self.ellipse(x, self.radius, arch, arch, "#0a0c0d")

    def wheels(self, style, metal, caliper):
        for x in (self.front, self.rear):
            wheel(self, x, self.radius, self.radius, style, metal, caliper)

    def metal(self, belt, waist, stops=None):
        """The painted body. belt, waist: the heights of the window line and of the widest place."""
        q, h = self.paint, self.height
        stops = stops or [
            (h, q.light),
            (belt + 60, q.base),
            (belt - 20, q.light),
            (waist, q.base),
            (waist * 0.62, q.dark),
            (self.sill + 90, q.base),
            (self.sill, q.dark),
        ]
        span = h - self.sill
        self.shape(self.body_d, fill=self.gradient(0, h, 0, self.sill, [((h - y) / span, c) for y, c in stops]))
        self.open(clip_path=self.inside)
        # The ends turn away from the light
        l = self.length
        self.shape(
            self.body_d, fill=self.gradient(0, 0, l * 0.2, 0, [(0, q.deep, 0.62), (0.35, q.deep, 0.25), (1, q.deep, 0)])
        )
        self.shape(
            self.body_d, fill=self.gradient(l, 0, l * 0.82, 0, [(0, q.deep, 0.7), (0.35, q.deep, 0.28), (1, q.deep, 0)])
        )
        self.close()

    def rim_light(self, x1, x2, mm, opacity, inset=0):
        """Light along the silhouette's upper edge."""
        self.open(clip_path=self.inside)
        paint = self.gradient(
            x1,
            0,
            x2,
            0,
            [
                (0, self.paint.high, 0),
                (0.2, self.paint.high, opacity),
                (0.75, self.paint.high, opacity),
                (1, self.paint.high, 0),
            ],
        )
        self.shape(
            self.d(self.outline),
            fill="none",
            stroke=paint,
            stroke_width=num(mm * 2 * self.scale),
            filter=self.blur(mm * 0.35),
        )
        self.close()

    def arches(self, trim=None, lip=0.5):
        """The wheel arches' lips: dark trim, or a folded edge in the body's colour."""
        q, arch = self.paint, self.radius + self.gap
        self.open(clip_path=self.inside)
        for x in (self.front, self.rear):
            cx, cy = num(self.x(x)), num(self.y(self.radius))

            def hoop(radius, mm, stroke, **extra):
                self.add(
                    f'<circle cx="{cx}" cy="{cy}" r="{num(radius * self.scale)}" fill="none" stroke="{stroke}"'
                    f' stroke-width="{num(mm * self.scale)}"{attrs(extra)}/>'
                )

            top, low = self.radius + arch, self.radius - 60
            light = self.gradient(0, top + 80, 0, low, [(0, q.high, lip), (0.5, q.high, lip * 0.35), (1, q.high, 0)])
            if trim:
                mm, colour = trim
                hoop(arch + mm + 26, 46, light, filter=self.blur(12), opacity=0.8)
                hoop(
                    arch,
                    mm * 2,
                    self.gradient(
                        0,
                        top + mm,
                        0,
                        low,
                        [(0, mix(colour, "#ffffff", 0.1)), (0.4, colour), (1, mix(colour, "#000000", 0.3))],
                    ),
                )
                hoop(arch + mm, 5, "#000000", opacity=0.35)
            else:
                hoop(arch + 60, 66, light, filter=self.blur(20), opacity=0.48)
                hoop(arch + 4, 18, q.deep, opacity=0.55)
                hoop(arch + 16, 7, light)
        self.close()

    def finish_edge(self, mm=5, opacity=0.55):
        self.shape(
            self.body_d,
            fill="none",
            stroke=self.paint.outline,
            stroke_width=num(mm * self.scale),
            opacity=opacity,
            stroke_linejoin="round",
        )

    def seam(self, nodes, mm=6.5, opacity=0.85, light=True):
        """A gap between two panels: dark, with a hair of light behind it."""
        if light:
            moved = [(n[0] + 6, n[1] - 3) + tuple(n[2:]) for n in nodes]
            self.line(moved, self.paint.high, mm * 0.8, opacity=0.32)
        self.line(nodes, self.paint.deep, mm, opacity=opacity)

    def flap(self, x, y):
        """The lid of the charging or filling point."""
        self.ellipse(
            x + 3, y - 4, 66, 72, "none", stroke=self.paint.high, stroke_width=num(4 * self.scale), opacity=0.25
        )
        self.ellipse(x, y, 66, 72, "none", stroke=self.paint.deep, stroke_width=num(5 * self.scale), opacity=0.6)

    def handle(self, x, y, mm=215, chrome=False):
        """A handle that lies flush in the door."""
        q, t = self.paint, 17
        nodes = [
            (x, y + t, CORNER),
            (x + mm, y + t + 4, CORNER),
            (x + mm + 14, y + 4),
            (x + mm, y - t + 4, CORNER),
            (x, y - t, CORNER),
            (x - 14, y),
        ]
        self.fill([(a, b - 5) + tuple(c) for a, b, *c in nodes], q.high, opacity=0.45)
        self.fill(
            nodes,
            self.gradient(
                0,
                y + t,
                0,
                y - t,
                [(0, q.deep), (0.35, q.base), (1, q.light)]
                if not chrome
                else [(0, "#6d6f70"), (0.4, "#f2f0ea"), (1, "#a6a6a2")],
            ),
        )
        self.line([(x + 4, y + t, CORNER), (x + mm - 2, y + t + 4, CORNER)], q.deep, 5, opacity=0.8)

    def glass(self, nodes, trim, panes=(), seats=(), wheel_at=None, streaks=(), trim_mm=15):
        """The side windows: glass, a hint of the cabin, the sky's reflection, pillars and the trim around them."""
        pieces = curve(nodes, True)
        d = self.d(pieces, True)
        ys = [z.imag for piece in pieces for z in piece]
        xs = [z.real for piece in pieces for z in piece]
        high, low = max(ys), min(ys)
        self.shape(
            d, fill="#0b0e10", stroke="#0b0e10", stroke_width=num((trim_mm + 16) * self.scale), stroke_linejoin="round"
        )
        self.shape(d, fill=self.gradient(0, high, 0, low, [(0, "#1e282d"), (0.45, "#2d3a40"), (1, "#46545a")]))
        self.open(clip_path=self.clip(d))
        for x, y, k in seats:
            self.seat(x, y, k)
        if wheel_at:
            x, y = wheel_at
            self.line([(x - 60, y + 120), (x, y), (x + 40, y - 120)], "#10161a", 26, opacity=0.8)
        # The cabin is darker towards the roof; the sky lies on the upper half
        self.shape(
            d, fill=self.gradient(0, high, 0, low, [(0, "#0d1214", 0.75), (0.3, "#0d1214", 0.3), (1, "#0d1214", 0.12)])
        )
        self.shape(
            d,
            fill=self.gradient(
                min(xs),
                0,
                max(xs),
                0,
                [(0, "#bcd2d8", 0.30), (0.35, "#bcd2d8", 0.06), (0.7, "#bcd2d8", 0.02), (1, "#bcd2d8", 0.2)],
            ),
        )
        lean = (high - low) * 0.62
        for x, mm, opacity in streaks:
            self.fill(
                [
                    (x, low - 40, CORNER),
                    (x + mm, low - 40, CORNER),
                    (x + mm + lean, high + 40, CORNER),
                    (x + lean, high + 40, CORNER),
                ],
                self.gradient(0, high, 0, low, [(0, "#e9f3f5", opacity), (1, "#e9f3f5", opacity * 0.25)]),
            )
        for pane in panes:
            self.fill(pane, "#0a0d0e")
        self.shape(d, fill="none", stroke="#06090a", stroke_width=num(16 * self.scale), opacity=0.75)
        self.close()
        if trim:
            self.shape(d, fill="none", stroke=trim, stroke_width=num(trim_mm * self.scale), stroke_linejoin="round")

    def seat(self, x, y, k=1.0):
        """A headrest over the top of a backrest, both leaning back; y is the window line."""
        back = [
            (-44, -60, CORNER),
            (-4, 92, CORNER),
            (24, 108, CORNER),
            (92, 108, CORNER),
            (108, 90, CORNER),
            (128, -60, CORNER),
        ]
        head = [
            (34, 142, CORNER),
            (50, 208, CORNER),
            (66, 220, CORNER),
            (104, 220, CORNER),
            (112, 206, CORNER),
            (106, 142, CORNER),
        ]
        self.open(opacity=0.5)
        for part in (back, head):
            nodes = [(x + a * k, y + b * k, c) for a, b, c in part]
            self.fill(
                nodes, "#0c1214", stroke="#0c1214", stroke_width=num(22 * k * self.scale), stroke_linejoin="round"
            )
        self.line([(x + 66 * k, y + 100 * k), (x + 74 * k, y + 150 * k)], "#0c1214", 14)
        self.close()

    def screen(self, x1, x2, mm, parts=6):
        """The sliver of glass that shows past the pillars along the silhouette: windscreen, rear window, glass roof."""
        steps = [x1 + (x2 - x1) * i / parts for i in range(parts + 1)]
        outer = [self.top(x, -30) for x in steps]
        widths = [0, mm * 0.72] + [mm] * (parts - 3) + [mm * 0.72, 0]
        inner = [self.top(x, w) for x, w in zip(steps, widths)]
        self.open(clip_path=self.inside)
        nodes = (
            [outer[0] + (CORNER,)]
            + outer[1:-1]
            + [outer[-1] + (CORNER,), inner[-1] + (CORNER,)]
            + inner[-2:0:-1]
            + [inner[0] + (CORNER,)]
        )
        self.fill(nodes, "#11171a")
        self.line(self.follow(steps[1:-1], 6), self.fade([(x1, 0), (x2, 0)], "#c3d6db", 0.55, (0.3, 0.7)), 8)
        self.close()

    def mirror(self, x, y, k=1.0):
        """The door mirror: a dark foot and a painted cap; its front is at x."""
        q = self.paint

        def placed(*nodes):
            return [(x + a * k, y + b * k) + tuple(c) for a, b, *c in nodes]

        self.fill(placed((90, 10, CORNER), (186, 14, CORNER), (196, -34), (188, -46, CORNER), (140, -44)), "#0c0f11")
        self.fill(
            placed(
                (0, 34, CORNER),
                (26, 76),
                (80, 98),
                (150, 100),
                (186, 90),
                (196, 70),
                (198, 14, CORNER),
                (120, 0),
                (40, 8),
            ),
            self.gradient(0, y + 100 * k, 0, y, [(0, q.high), (0.35, q.light), (0.8, q.base), (1, q.dark)]),
            stroke=q.deep,
            stroke_width=num(3.5 * self.scale),
        )
        self.fill(placed((6, 28, CORNER), (80, 24), (198, 30, CORNER), (198, 14, CORNER), (120, 0), (40, 8)), "#0e1214")

    def nose(self, y):
        """The front edge at a height."""
        return min(
            (abs(z.imag - y) > 12, z.real) for z in (at(piece, i / 60) for piece in self.outline for i in range(61))
        )[1]

    def intake(self, low, high, depth):
        """An opening in the front, seen from the side: a lens along the front edge."""
        inner = [
            (self.nose(low + (high - low) * t) + depth * w, low + (high - low) * t)
            for t, w in ((0.85, 0.7), (0.5, 1), (0.15, 0.7))
        ]
        lens = [(self.nose(high) - 4, high, CORNER)] + inner + [(self.nose(low) - 4, low, CORNER)]
        self.dark(lens + [(self.nose(low) - 60, low, CORNER), (self.nose(high) - 60, high, CORNER)], "#0e1214")
        self.open(clip_path=self.inside)
        self.line(lens, "#c9c8c3", 6, opacity=0.7)
        self.close()

    def rail(self, x1, x2, rise=13, mm=13):
        """A roof rail."""
        steps = [x1 + (x2 - x1) * i / 8 for i in range(9)]
        nodes = [self.top(x1 - 60, 0)] + self.follow(steps, -rise) + [self.top(x2 + 60, 0)]
        self.line(nodes, "#15191b", mm + 8)
        self.line(nodes, self.gradient(x1, 0, x2, 0, [(0, "#8d9195"), (0.4, "#dfe1e1"), (1, "#85898d")]), mm * 0.6)

    def lamp(self, nodes, housing, glow=None, glow_mm=16, colour="#ffffff"):
        """A lamp: its dark housing, cut to the body, and lines of light in it."""
        self.open(clip_path=self.inside)
        self.fill(nodes, housing, stroke="#07090a", stroke_width=num(5 * self.scale), stroke_linejoin="round")
        for line in glow or ():
            self.line(line, colour, glow_mm * 2.4, opacity=0.35, filter=self.blur(10))
            self.line(line, colour, glow_mm)
        self.close()

    def dark(self, nodes, colour="#101416", **extra):
        """Unpainted trim, cut to the body."""
        self.open(clip_path=self.inside)
        self.fill(nodes, colour, **extra)
        self.close()


# --- The models ---

# The nodes are easier to read in rows.
# fmt: off

SILVER = ("#f3f4f3", "#b9bec2", "#7d848a")
CHROME_STOPS = [(0, "#d9d8d3"), (0.5, "#9b9c99"), (1, "#c9c8c3")]
BLACK = "#0c0f10"


def s7():
    """A long, calm fastback sedan."""
    q = Paint("#0f5061", light="#3d8492", dark="#0a3540")
    sil = [
        (185, 195, CORNER), (98, 222), (36, 330), (10, 520, 90), (32, 662), (120, 754), (400, 862), (820, 956),
        (1320, 1036, 9), (1440, 1078, 27),
        (1720, 1226), (2080, 1376), (2560, 1456, 0), (3100, 1430), (3600, 1340), (4100, 1204), (4500, 1104),
        (4740, 1072), (4866, 1084, CORNER),
        (4918, 1000), (4952, 850), (4970, 640, -90), (4952, 440), (4900, 310), (4810, 225, CORNER),
    ]
    p = Car(4980, 0.286, q, sil, 885, 3885, 370, 190)
    p.shadow()
    p.under()
    p.wheels("twin", SILVER, "#8f6b34")
    p.metal(1075, 830)
    p.finish_edge()
    p.rim_light(1200, 4900, 26, 0.55)
    p.open(clip_path=p.inside)
    p.crease([(700, 865), (1400, 890), (2600, 922), (3800, 968), (4930, 985)], above=(q.high, 0.4, 190),
        below=(q.deep, 0.5, 240), ends=(0.22, 0.86), edge=(q.high, 0.5, 5))
    p.crease([(-20, 430), (250, 408), (520, 440)], above=(q.deep, 0.4, 130), below=(q.high, 0.3, 80), ends=(0.05, 0.7),
        edge=(q.high, 0.25, 4))
    p.crease([(1150, 400), (2200, 335), (3300, 350), (3620, 400)], above=(q.deep, 0.5, 170), below=(q.high, 0.4, 90),
        ends=(0.3, 0.75), edge=(q.high, 0.3, 4))
    p.close()
    p.arches()
    p.screen(1450, 4500, 32, 18)
    roof = p.follow([2200, 2560, 2950, 3350, 3720], 72)
    dlo = [(1570, 1076, CORNER), (1840, 1224)] + roof + [(4060, 1156, CORNER), (3880, 1124, 181.2)]
    trim = p.gradient(0, 1400, 0, 1060, CHROME_STOPS)
    # Panels
    p.seam([(1560, 1058), (1470, 930), (1440, 660), (1468, 330), (1490, 240)])
    p.seam([(2695, 1086), (2702, 700), (2676, 330), (2666, 240)])
    p.seam([(3740, 1108), (3720, 970), (3630, 790), (3480, 610), (3405, 400), (3395, 240)])
    p.seam([(330, 818), (640, 900), (1000, 975), (1430, 1048)], opacity=0.6)
    p.seam([(4420, 1116), (4450, 1010), (4560, 985)], opacity=0.6)
    p.seam([(4310, 380), (4480, 470), (4560, 700), (4590, 940)], opacity=0.6)
    p.glass(dlo, trim, panes=[
        [(2650, 1050, CORNER), (2740, 1050, CORNER), (2712, 1440, CORNER), (2640, 1440, CORNER)],
        [(3660, 1050, CORNER), (3690, 1050, CORNER), (3560, 1400, CORNER), (3530, 1400, CORNER)],
    ], seats=[(2390, 1090, 1), (3250, 1095, 0.92)], wheel_at=(2010, 1120), streaks=[(1900, 170, 0.2), (2130, 50, 0.16),
        (2890, 190, 0.16), (3130, 44, 0.12)], trim_mm=12)
    p.handle(2390, 965)
    p.handle(3390, 990)
    p.mirror(1670, 1084)
    # Front and rear
    p.lamp([(10, 690, CORNER), (120, 742), (320, 812), (500, 848, CORNER), (400, 796), (220, 722), (40, 640, CORNER)],
        "#1a2226",
           glow=[[(54, 698), (200, 762), (440, 828)]], glow_mm=11)
    p.dark([(-10, 300, CORNER), (120, 262), (580, 236, CORNER), (580, 150, CORNER), (-10, 150, CORNER)])
    p.lamp([(4990, 1005, CORNER), (4800, 1020), (4520, 1000, CORNER), (4780, 972), (4990, 945, CORNER)], "#4a0f10",
           glow=[[(4600, 999), (4800, 997), (4930, 980)]], glow_mm=13, colour="#e2463a")
    p.dark([(4990, 340, CORNER), (4760, 312), (4180, 235, CORNER), (4180, 150, CORNER), (4990, 150, CORNER)])
    p.dark([(1200, 225, CORNER), (3500, 225, CORNER), (3500, 150, CORNER), (1200, 150, CORNER)], "#14181a")
    return p, "Xinghe S7"


def x5():
    """A mid-size SUV."""
    q = Paint("#e6e3dc", light="#fbfaf7", dark="#bdbab3", outline="#8d8a84")
    q.high, q.deep = "#ffffff", "#6f6d69"
    sil = [
        (180, 275, CORNER), (98, 300), (36, 420), (10, 650, 90), (22, 870), (72, 988), (180, 1048), (500, 1102),
        (900, 1142), (1340, 1172, 5), (1450, 1216, 33),
        (1730, 1412), (2040, 1596), (2460, 1682), (2950, 1692), (3500, 1664), (4050, 1598), (4390, 1540, CORNER),
        (4480, 1370), (4590, 1180), (4680, 1070), (4733, 940), (4752, 740, -90), (4730, 520), (4690, 400),
        (4615, 300, CORNER),
    ]
    p = Car(4760, 0.292, q, sil, 895, 3795, 394, 260, 38)
    p.shadow()
    p.under()
    p.wheels("star", ("#d5d8d9", "#8f959a", "#555b60"), "#2b3033")
    p.metal(1190, 900)
    p.finish_edge(6, 0.9)
    p.rim_light(1200, 4500, 26, 0.5)
    p.open(clip_path=p.inside)
    p.crease([(600, 1020), (1200, 1034), (2400, 1046), (3700, 1072), (4720, 1085)], above=(q.high, 0.6, 190),
        below=(q.deep, 0.3, 230), ends=(0.2, 0.88), edge=(q.high, 0.8, 5))
    p.crease([(1200, 560), (2200, 480), (3300, 490), (3560, 550)], above=(q.deep, 0.3, 170), below=(q.high, 0.5, 90),
        ends=(0.3, 0.75), edge=(q.high, 0.5, 4))
    p.close()
    p.screen(1430, 2150, 36)
    p.screen(4420, 4600, 34)
    roof = p.follow([2140, 2500, 2950, 3450, 3900], 88)
    dlo = [(1560, 1206, CORNER), (1830, 1392)] + roof + [(4180, 1462, CORNER), (4120, 1360), (4030, 1262, CORNER),
        (3600, 1230), (2700, 1212)]
    trim = p.gradient(0, 1600, 0, 1160, CHROME_STOPS)
    p.arches(trim=(52, "#23282a"))
    p.dark([(1200, 372, CORNER), (2340, 352), (3480, 372, CORNER), (3480, 200, CORNER), (1200, 200, CORNER)], "#23282a")
    p.dark([(-10, 400, CORNER), (170, 410), (490, 430, CORNER), (490, 200, CORNER), (-10, 200, CORNER)], "#23282a")
    p.dark([(4800, 470, CORNER), (4500, 455), (4200, 440, CORNER), (4200, 200, CORNER), (4800, 200, CORNER)], "#23282a")
    p.seam([(1545, 1190), (1490, 1030), (1470, 740), (1498, 366)])
    p.seam([(2640, 1196), (2648, 780), (2636, 366)])
    p.seam([(3650, 1226), (3650, 1060), (3570, 880), (3400, 690), (3310, 480), (3300, 366)])
    p.seam([(250, 1035), (700, 1095), (1430, 1182)], opacity=0.5)
    p.seam([(4360, 1500), (4440, 1250), (4480, 1000), (4470, 760), (4440, 480)], opacity=0.5)
    p.glass(dlo, trim, panes=[
        [(2590, 1150, CORNER), (2690, 1150, CORNER), (2665, 1640, CORNER), (2585, 1640, CORNER)],
        [(3560, 1150, CORNER), (3640, 1150, CORNER), (3575, 1640, CORNER), (3500, 1640, CORNER)],
    ], seats=[(2330, 1215, 1.05), (3180, 1225, 1.05)], wheel_at=(1980, 1250), streaks=[(1900, 190, 0.2),
        (2140, 54, 0.16), (2810, 210, 0.16), (3070, 48, 0.12), (3700, 90, 0.12)], trim_mm=12)
    p.flap(4200, 960)
    p.handle(2320, 1092)
    p.handle(3270, 1108)
    p.mirror(1640, 1216, 1.08)
    p.rail(2450, 3950)
    p.lamp([(-10, 960, CORNER), (100, 985), (300, 1030), (440, 1035, CORNER), (320, 978), (180, 940),
        (-10, 895, CORNER)], "#1c2326",
           glow=[[(40, 945), (180, 975), (400, 1020)]], glow_mm=12)
    p.intake(600, 860, 46)
    p.lamp([(4780, 1090, CORNER), (4600, 1100), (4310, 1085, CORNER), (4560, 1052), (4780, 1030, CORNER)], "#4a0f10",
           glow=[[(4390, 1081), (4600, 1078), (4700, 1065)]], glow_mm=14, colour="#e2463a")
    return p, "Xinghe X5"


def x9():
    """A large six-seat SUV: long roof, upright tail."""
    q = Paint("#41474d", light="#868e95", dark="#272b30")
    sil = [
        (180, 265, CORNER), (92, 300), (30, 430), (8, 700, 90), (14, 930), (52, 1052), (150, 1114), (500, 1168),
        (1000, 1212), (1400, 1240, 5), (1510, 1286, 33),
        (1800, 1490), (2100, 1692), (2480, 1784), (3200, 1806, 0), (4000, 1782), (4550, 1722), (4840, 1674, CORNER),
        (4915, 1520), (5010, 1310), (5082, 1160), (5138, 1066), (5168, 960), (5178, 760, -90), (5156, 520),
        (5120, 400), (5050, 300, CORNER),
    ]
    p = Car(5180, 0.282, q, sil, 915, 4060, 412, 250, 36)
    p.shadow()
    p.under()
    p.wheels("fork", SILVER, "#2b3033")
    p.metal(1250, 930)
    p.finish_edge()
    p.rim_light(1200, 5000, 28, 0.5)
    p.open(clip_path=p.inside)
    p.crease([(500, 1085), (1200, 1100), (2600, 1108), (4000, 1120), (5130, 1120)], above=(q.high, 0.36, 210),
        below=(q.deep, 0.5, 260), ends=(0.15, 0.9), edge=(q.high, 0.5, 5))
    p.crease([(1230, 540), (2400, 450), (3500, 460), (3800, 520)], above=(q.deep, 0.5, 180), below=(q.high, 0.34, 100),
        ends=(0.3, 0.75), edge=(q.high, 0.35, 4))
    p.close()
    p.arches()
    p.screen(1500, 2200, 38)
    p.screen(4880, 5060, 36)
    roof = p.follow([2190, 2600, 3200, 3900, 4300], 92)
    dlo = [(1640, 1276, CORNER), (1900, 1460)] + roof + [(4570, 1612, CORNER), (4690, 1418, CORNER), (4440, 1376),
        (4120, 1296), (3850, 1284), (2800, 1280)]
    trim = p.gradient(0, 1700, 0, 1220, CHROME_STOPS)
    p.seam([(1625, 1256), (1570, 1080), (1540, 780), (1560, 430), (1570, 300)])
    p.seam([(2740, 1262), (2748, 820), (2732, 410), (2725, 300)])
    p.seam([(3880, 1268), (3880, 1080), (3800, 920), (3640, 740), (3550, 530), (3540, 300)])
    p.seam([(250, 1104), (700, 1162), (1500, 1250)], opacity=0.55)
    p.seam([(4815, 1650), (4900, 1330), (4925, 950), (4890, 440)], opacity=0.5)
    p.glass(dlo, trim, panes=[
        [(2690, 1200, CORNER), (2790, 1200, CORNER), (2770, 1760, CORNER), (2690, 1760, CORNER)],
        [(3800, 1200, CORNER), (3900, 1200, CORNER), (3850, 1760, CORNER), (3760, 1760, CORNER)],
    ], seats=[(2420, 1285, 1.1), (3400, 1290, 1.1), (4240, 1330, 0.9)], wheel_at=(2040, 1320),
        streaks=[(2000, 200, 0.2), (2260, 56, 0.16), (2960, 230, 0.16), (3250, 50, 0.12), (3970, 190, 0.13)],
            trim_mm=13)
    p.flap(4500, 990)
    p.handle(2410, 1165)
    p.handle(3500, 1172)
    p.mirror(1730, 1288, 1.12)
    p.rail(2500, 4350)
    p.lamp([(-10, 1010, CORNER), (90, 1030), (300, 1078), (480, 1092, CORNER), (340, 1030), (180, 1000),
        (-10, 965, CORNER)], "#161b1e",
           glow=[[(26, 1002), (180, 1032), (440, 1080)]], glow_mm=12)
    p.intake(560, 900, 40)
    p.lamp([(5220, 1140, CORNER), (5000, 1150), (4700, 1132, CORNER), (5000, 1104), (5220, 1085, CORNER)], "#4a0f10",
           glow=[[(4790, 1129), (5000, 1127), (5130, 1112)]], glow_mm=14, colour="#e2463a")
    p.dark([(1300, 320, CORNER), (3640, 320, CORNER), (3640, 200, CORNER), (1300, 200, CORNER)], "#15191b")
    p.dark([(-10, 370, CORNER), (150, 375), (560, 338, CORNER), (560, 200, CORNER), (-10, 200, CORNER)], "#15191b")
    p.dark([(5230, 440, CORNER), (4900, 410), (4420, 350, CORNER), (4420, 200, CORNER), (5230, 200, CORNER)], "#15191b")
    return p, "Xinghe X9"


def e3():
    """A small electric city car."""
    q = Paint("#93a9a0", light="#c9d5cf", dark="#6b8279")
    sil = [
        (150, 228, CORNER), (76, 256), (22, 370), (6, 580, 90), (26, 800), (100, 926), (250, 992), (560, 1062),
        (860, 1118, 12), (960, 1166, 33),
        (1250, 1366), (1550, 1510), (1960, 1572), (2400, 1570), (2900, 1536), (3390, 1462, CORNER),
        (3464, 1322), (3560, 1160), (3640, 1050), (3708, 930), (3746, 790), (3757, 620, -90), (3744, 450), (3712, 330),
        (3640, 242, CORNER),
    ]
    p = Car(3780, 0.318, q, sil, 660, 3170, 346, 205, 32)
    p.shadow()
    p.under()
    p.wheels("aero", SILVER, "#2b3033")
    p.metal(1140, 820)
    p.finish_edge()
    p.rim_light(800, 3500, 24, 0.55)
    p.open(clip_path=p.inside)
    p.crease([(500, 975), (1000, 985), (1800, 992), (2800, 1015), (3650, 1020)], above=(q.high, 0.34, 190),
        below=(q.deep, 0.2, 280), ends=(0.28, 0.78))
    p.crease([(960, 450), (1700, 380), (2600, 390), (2900, 450)], above=(q.deep, 0.3, 170), below=(q.high, 0.4, 90),
        ends=(0.3, 0.75))
    p.close()
    p.arches()
    p.screen(970, 1660, 34)
    p.screen(3420, 3590, 30)
    roof = p.follow([1650, 1960, 2400, 2900], 84)
    dlo = [(1090, 1152, CORNER), (1340, 1330)] + roof + [(3180, 1384, CORNER), (3236, 1290), (3196, 1206, CORNER),
        (2000, 1164)]
    p.seam([(1070, 1130), (1020, 1000), (1010, 720), (1046, 360), (1058, 270)])
    p.seam([(2125, 1140), (2136, 760), (2120, 370), (2114, 270)])
    p.seam([(2940, 1180), (2930, 1000), (2850, 810), (2750, 600), (2708, 400), (2706, 270)])
    p.seam([(290, 985), (600, 1052), (980, 1138)], opacity=0.5)
    p.seam([(3400, 1430), (3490, 1220), (3580, 1060), (3625, 950)], opacity=0.4)
    p.glass(dlo, BLACK, panes=[
        [(2080, 1080, CORNER), (2170, 1080, CORNER), (2155, 1540, CORNER), (2085, 1540, CORNER)],
        [(2890, 1080, CORNER), (2945, 1080, CORNER), (2870, 1540, CORNER), (2815, 1540, CORNER)],
    ], seats=[(1840, 1168, 1.0), (2520, 1174, 0.95)], wheel_at=(1480, 1200), streaks=[(1440, 160, 0.2),
        (1650, 46, 0.16), (2250, 170, 0.16)], trim_mm=13)
    p.flap(810, 900)
    p.handle(1830, 1040, 190)
    p.handle(2620, 1052, 190)
    p.mirror(1170, 1168)
    p.lamp([(60, 880, CORNER), (150, 904), (228, 862), (236, 790), (170, 728), (0, 715, CORNER)], "#1a2225",
           glow=[[(104, 874), (180, 848), (196, 800), (150, 758), (90, 748)]], glow_mm=11)
    p.dark([(-10, 330, CORNER), (120, 300), (330, 286, CORNER), (330, 150, CORNER), (-10, 150, CORNER)], "#1a1f21")
    p.lamp([(3800, 930, CORNER), (3660, 938), (3600, 900), (3600, 830), (3660, 790), (3800, 785, CORNER)], "#4a0f10",
           glow=[[(3720, 908), (3640, 892), (3640, 836), (3740, 818)]], glow_mm=12, colour="#e2463a")
    p.dark([(960, 265, CORNER), (2840, 265, CORNER), (2840, 150, CORNER), (960, 150, CORNER)], "#1a1f21")
    p.dark([(3800, 360, CORNER), (3650, 350), (3480, 320, CORNER), (3480, 150, CORNER), (3800, 150, CORNER)], "#1a1f21")
    return p, "Xinghe E3"


def m8():
    """A people carrier."""
    q = Paint("#b5a280", light="#e4d8bf", dark="#8e7b5b")
    sil = [
        (175, 200, CORNER), (88, 232), (28, 360), (8, 600, 90), (20, 840), (80, 968), (220, 1044), (560, 1128),
        (880, 1204), (1040, 1246, 18), (1130, 1300, 34),
        (1470, 1524), (1840, 1732), (2260, 1832), (3050, 1862, 0), (3900, 1848), (4600, 1798), (4970, 1748, CORNER),
        (5030, 1580), (5105, 1300), (5150, 1130), (5184, 950), (5194, 700, -90), (5170, 430), (5130, 330),
        (5060, 235, CORNER),
    ]
    p = Car(5200, 0.280, q, sil, 960, 4090, 382, 198, 30)
    p.shadow()
    p.under()
    p.wheels("rays", SILVER, "#2b3033")
    p.metal(1190, 860)
    p.finish_edge()
    p.rim_light(900, 5000, 28, 0.55)
    p.open(clip_path=p.inside)
    p.crease([(500, 1000), (1200, 1022), (2600, 1030), (4000, 1046), (5160, 1050)], above=(q.high, 0.4, 200),
        below=(q.deep, 0.34, 270), ends=(0.18, 0.88), edge=(q.high, 0.5, 5))
    p.crease([(1250, 430), (2400, 360), (3500, 370), (3800, 430)], above=(q.deep, 0.34, 170), below=(q.high, 0.4, 90),
        ends=(0.3, 0.75), edge=(q.high, 0.35, 4))
    p.close()
    p.arches()
    p.screen(1090, 2000, 36)
    p.screen(5000, 5110, 32)
    roof = p.follow([1960, 2380, 3050, 3900, 4400], 98)
    dlo = [(1250, 1216, CORNER), (1600, 1490)] + roof + [(4740, 1668, CORNER), (4830, 1470), (4870, 1262, CORNER),
        (4450, 1216, 180)]
    trim = p.gradient(0, 1700, 0, 1150, CHROME_STOPS)
    p.seam([(1650, 1180), (1610, 980), (1600, 700), (1608, 400), (1612, 250)])
    p.seam([(2690, 1180), (2696, 760), (2690, 370), (2690, 250)])
    p.seam([(3860, 1190), (3850, 960), (3750, 780), (3670, 570), (3645, 380), (3645, 250)])
    p.seam([(2720, 1112), (3700, 1120), (4820, 1134)], opacity=0.6)
    p.seam([(300, 1040), (700, 1135), (1120, 1246)], opacity=0.5)
    p.seam([(4950, 1700), (4990, 1350), (4970, 900), (4910, 420)], opacity=0.5)
    p.glass(dlo, trim, panes=[
        [(1660, 1100, CORNER), (1710, 1100, CORNER), (1900, 1760, CORNER), (1845, 1760, CORNER)],
        [(2640, 1100, CORNER), (2750, 1100, CORNER), (2730, 1800, CORNER), (2640, 1800, CORNER)],
        [(3800, 1100, CORNER), (3900, 1100, CORNER), (3880, 1800, CORNER), (3790, 1800, CORNER)],
    ], seats=[(2330, 1215, 1.15), (3280, 1215, 1.25), (4290, 1230, 1.1)], wheel_at=(1960, 1250),
        streaks=[(1950, 220, 0.2), (2240, 56, 0.16), (2960, 240, 0.16), (3260, 54, 0.12), (4020, 210, 0.14)],
            trim_mm=13)
    p.handle(2380, 1060)
    p.handle(2790, 1062)
    p.mirror(1720, 1210, 1.12)
    p.lamp([(-10, 920, CORNER), (90, 945), (300, 1022), (490, 1062, CORNER), (360, 980), (200, 920),
        (-10, 865, CORNER)], "#1b2124",
           glow=[[(34, 908), (190, 960), (450, 1042)]], glow_mm=12)
    p.intake(440, 800, 40)
    p.lamp([(5220, 1165, CORNER), (5060, 1172), (4800, 1155, CORNER), (5040, 1126), (5220, 1105, CORNER)], "#4a0f10",
           glow=[[(4880, 1152), (5040, 1149), (5150, 1135)]], glow_mm=14, colour="#e2463a")
    p.dark([(1300, 255, CORNER), (3740, 255, CORNER), (3740, 150, CORNER), (1300, 150, CORNER)], "#15191b")
    p.dark([(-10, 300, CORNER), (150, 300), (640, 266, CORNER), (640, 150, CORNER), (-10, 150, CORNER)], "#15191b")
    p.dark([(5230, 350, CORNER), (4900, 330), (4450, 290, CORNER), (4450, 150, CORNER), (5230, 150, CORNER)], "#15191b")
    return p, "Xinghe M8"


def gt():
    """A coupe with a long bonnet."""
    q = Paint("#70261b", light="#a14d3c", dark="#471510")
    sil = [
        (165, 172, CORNER), (84, 205), (30, 310), (14, 450, 90), (30, 580), (98, 664), (400, 774), (880, 868),
        (1400, 924), (1660, 958, 9), (1770, 996, 26),
        (2060, 1132), (2400, 1256), (2790, 1318, 0), (3200, 1282), (3620, 1168), (4020, 1036), (4330, 962),
        (4505, 966, CORNER),
        (4540, 870), (4566, 740), (4576, 600, -90), (4556, 430), (4510, 310), (4425, 212, CORNER),
    ]
    p = Car(4590, 0.303, q, sil, 885, 3690, 364, 172, 28)
    p.shadow()
    p.under()
    p.wheels("blade", ("#c9cccd", "#868c91", "#4c5257"), "#9c7b3f")
    p.metal(980, 740)
    p.finish_edge()
    p.rim_light(1200, 4500, 24, 0.55)
    p.open(clip_path=p.inside)
    p.crease([(600, 780), (1200, 800), (2200, 800), (3200, 850), (3900, 900), (4560, 900)], above=(q.high, 0.36, 180),
        below=(q.deep, 0.5, 230), ends=(0.22, 0.88), edge=(q.high, 0.45, 5))
    p.crease([(60, 330), (260, 330), (520, 390)], above=(q.deep, 0.45, 120), below=(q.high, 0.3, 70), ends=(0.2, 0.7),
        edge=(q.high, 0.25, 4))
    p.crease([(1150, 390), (2000, 310), (2900, 325), (3400, 400)], above=(q.deep, 0.5, 170), below=(q.high, 0.38, 90),
        ends=(0.3, 0.75), edge=(q.high, 0.3, 4))
    p.close()
    p.arches()
    p.screen(1740, 2460, 32)
    p.screen(3120, 4150, 30)
    roof = p.follow([2440, 2780, 3100], 62)
    dlo = [(1890, 978, CORNER), (2140, 1120)] + roof + [(3380, 1130), (3600, 1022, CORNER), (3400, 996), (2700, 980)]
    p.seam([(1880, 962), (1810, 840), (1770, 600), (1790, 320), (1810, 225)])
    p.seam([(2985, 970), (3045, 840), (3070, 640), (3030, 380), (2990, 225)])
    p.seam([(330, 732), (800, 832), (1300, 886), (1740, 950)], opacity=0.6)
    p.seam([(4190, 390), (4280, 560), (4290, 830)], opacity=0.5)
    p.glass(dlo, BLACK, panes=[
        [(2950, 940, CORNER), (3005, 940, CORNER), (2970, 1300, CORNER), (2925, 1300, CORNER)],
    ], seats=[(2620, 975, 1.0)], wheel_at=(2250, 1020), streaks=[(2190, 160, 0.2), (2400, 44, 0.16)], trim_mm=12)
    p.handle(2740, 876, 190)
    p.mirror(1970, 984, 0.95)
    p.lamp([(0, 622, CORNER), (130, 668), (320, 732), (490, 758, CORNER), (390, 700), (220, 634), (20, 566, CORNER)],
        "#161b1e",
           glow=[[(56, 622), (220, 680), (440, 740)]], glow_mm=11)
    p.dark([(-10, 270, CORNER), (140, 236), (580, 212, CORNER), (580, 140, CORNER), (-10, 140, CORNER)])
    p.intake(290, 500, 44)
    p.lamp([(4640, 905, CORNER), (4480, 915), (4230, 898, CORNER), (4460, 872), (4640, 850, CORNER)], "#4a0f10",
           glow=[[(4300, 896), (4480, 893), (4560, 880)]], glow_mm=13, colour="#e2463a")
    p.dark([(1240, 212, CORNER), (3330, 212, CORNER), (3330, 140, CORNER), (1240, 140, CORNER)], "#15191b")
    p.dark([(4640, 320, CORNER), (4400, 296), (3980, 228, CORNER), (3980, 140, CORNER), (4640, 140, CORNER)], "#15191b")
    return p, "Xinghe GT"


# fmt: on

MODELS = {"s7": s7, "x5": x5, "x9": x9, "e3": e3, "m8": m8, "gt": gt}


# --- Pictures ---


def render(svg, png, width=1152, height=576):
    with tempfile.TemporaryDirectory() as folder:
        page = pathlib.Path(folder) / "page.html"
        page.write_text(
            '<!doctype html><meta charset="utf-8"><style>html,body{margin:0;background:transparent;overflow:hidden}'
            f"svg{{display:block;width:{width}px;height:{height}px}}</style>" + svg.read_text(encoding="utf-8"),
            encoding="utf-8",
        )
        browser = shutil.which("chromium") or shutil.which("chromium-browser") or "google-chrome"
        subprocess.run(
            [
                browser,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                f"--user-data-dir={folder}/profile",
                "--default-background-color=00000000",
                f"--window-size={width},{height}",
                f"--screenshot={png}",
                page.as_uri(),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    try:
        import imagequant
        from PIL import Image
    except ImportError:
        print(f"{png.name} keeps all its colours: no imagequant and Pillow")
        return
    with Image.open(png) as image:
        small = imagequant.quantize_pil_image(image.convert("RGBA"), dithering_level=1.0, max_colors=256)
    small.save(png, optimize=True)


def main(arguments):
    OUT.mkdir(parents=True, exist_ok=True)
    ids = [a for a in arguments if not a.startswith("-")] or list(MODELS)
    for model in ids:
        car, title = MODELS[model]()
        svg = OUT / f"{model}.svg"
        svg.write_text(car.svg(title), encoding="utf-8")
        if "--svg-only" not in arguments:
            render(svg, OUT / f"{model}.png")


if __name__ == "__main__":
    main(sys.argv[1:])
