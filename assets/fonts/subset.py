#!/usr/bin/env python3
"""Makes the kiosk's two fonts from Noto Sans CJK SC. See README.md beside it.

usage: subset.py FOLDER_WITH_NotoSansCJK_ttc [PO_FILE ...]
"""

import pathlib
import sys

from fontTools import subset
from fontTools.ttLib import TTCollection

HERE = pathlib.Path(__file__).parent
FAMILY = "Yingbin Sans SC"
SIMPLIFIED = "Noto Sans CJK SC"
# Seen in names, and in neither list: traditional and variant forms that people keep on their cards.
NAMES = "喆堃昇陞鋆淼焱垚犇仝邝佘逄郄龑瞾嫚囍張陳劉黃吳鄭謝馬趙葉蘇蔣鍾鄧許蕭賴盧羅龍顧孫簡韓馮萬錢湯閻紀賀龔滬臺灣"


def gb2312():
    for high in range(0xB0, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                yield bytes([high, low]).decode("gb2312")
            except UnicodeDecodeError:
                pass


def wanted(po_files):
    text = (HERE / "tongyong.txt").read_text(encoding="utf-8").replace("\n", "")
    characters = set(text) | set(gb2312()) | set(NAMES)
    for start, end in [(0x20, 0x7F), (0xA0, 0x100), (0x2010, 0x2028), (0x3000, 0x3020), (0xFF01, 0xFF5F)]:
        characters |= {chr(code) for code in range(start, end)}
    characters |= set("…‰′″※℃№←↑→↓①②③④⑤⑥⑦⑧⑨⑩✓✕●○■□▲△★☆￥¥€")
    for po_file in po_files:
        characters |= {c for c in pathlib.Path(po_file).read_text(encoding="utf-8") if c.isprintable()}
    return characters


def rename(font, style):
    for record in list(font["name"].names):
        names = {1: FAMILY, 2: style, 4: f"{FAMILY} {style}", 6: f"{FAMILY.replace(' ', '')}-{style}"}
        if record.nameID in names:
            font["name"].setName(names[record.nameID], record.nameID, record.platformID, record.platEncID, record.langID)
        elif record.nameID in (3, 16, 17):
            font["name"].removeNames(record.nameID)


def make(folder, style, characters):
    collection = TTCollection(pathlib.Path(folder) / f"NotoSansCJK-{style}.ttc", lazy=True)
    font = next(font for font in collection.fonts if font["name"].getDebugName(1).startswith(SIMPLIFIED))
    options = subset.Options()
    options.desubroutinize = False
    options.hinting = False
    options.layout_features = ["kern", "liga", "ccmp", "mark", "mkmk"]
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE"]
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.notdef_outline = True
    options.glyph_names = False
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[ord(character) for character in characters])
    subsetter.subset(font)
    rename(font, style)
    target = HERE / f"YingbinSansSC-{style}.otf"
    font.save(target)
    have = set(font.getBestCmap())
    missing = sorted(c for c in (HERE / "tongyong.txt").read_text(encoding="utf-8").replace("\n", "") if ord(c) not in have)
    print(f"{target.name}: {len(have)} characters, {target.stat().st_size} bytes, missing of the standard list: {missing}")


if __name__ == "__main__":
    characters = wanted(sys.argv[2:])
    for style in ["Regular", "Bold"]:
        make(sys.argv[1], style, characters)
