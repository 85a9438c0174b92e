"""The fonts, and the glyphs' ink as they print it."""

import functools
import pathlib

from PIL import Image, ImageDraw, ImageFilter, ImageFont

EM = 256  # pixels of a glyph mask's edge
CAP = 128  # pixels of a capital's height in a glyph mask

TRAIN_FONTS = """
DejaVuSans DejaVuSans-Bold DejaVuSansCondensed DejaVuSansCondensed-Bold DejaVuSansMono
DejaVuSansMono-Bold DejaVuSerif DejaVuSerif-Bold DejaVuSans-Oblique LiberationSans-Regular
LiberationSans-Bold LiberationSans-Italic LiberationSerif-Regular LiberationSerif-Bold
LiberationMono-Regular LiberationMono-Bold Lato-Regular Lato-Bold Lato-Black Lato-Italic
OpenSans-Regular OpenSans-Bold OpenSans-Semibold OpenSans-CondBold Roboto-Regular Roboto-Bold
Roboto-Medium RobotoCondensed-Regular RobotoCondensed-Bold FiraCode-Regular FiraCode-Bold
LinLibertine_R LinLibertine_RB LinBiolinum_R LinBiolinum_RB
""".split()
UNSEEN_FONTS = """
Cantarell-Regular Cantarell-Bold Cantarell-ExtraBold Caladea-Regular Caladea-Bold Caladea-Italic
Inconsolata
""".split()


@functools.lru_cache(maxsize=None)
def font_files(font_dir):
    """Font name -> file, for every font below `font_dir`."""
    files = sorted(p for p in pathlib.Path(font_dir).rglob("*") if p.suffix in (".ttf", ".otf"))
    return {p.stem: p for p in files}


@functools.lru_cache(maxsize=None)
def sized_font(font_dir, name):
    """The font at the size at which its H is CAP pixels high."""
    path = str(font_files(font_dir)[name])
    _, top, _, bottom = ImageFont.truetype(path, 200).getbbox("H")
    return ImageFont.truetype(path, round(200 * CAP / (bottom - top)))


@functools.lru_cache(maxsize=None)
def glyph_mask(font_dir, name, char, print_quality="clean"):
    """The glyph's ink (EM x EM, mode L), its bounding box centred.

    A zero gets a slash where the font does not mark it itself: alone in a frame it would be an O.
    `print_quality` may also be "spread" (too much ink) or "worn".
    """
    if print_quality != "clean":
        smear = ImageFilter.MaxFilter if print_quality == "spread" else ImageFilter.MinFilter
        return glyph_mask(font_dir, name, char).filter(smear(5))
    font = sized_font(font_dir, name)
    mask = Image.new("L", (EM, EM))
    draw = ImageDraw.Draw(mask)
    left, top, right, bottom = font.getbbox(char)
    draw.text(((EM - left - right) / 2, (EM - top - bottom) / 2), char, 255, font)
    if char == "0" and mask.getpixel((EM // 2, EM // 2)) < 128:
        dx, dy = 0.30 * (right - left), 0.30 * (bottom - top)
        draw.line((EM / 2 - dx, EM / 2 + dy, EM / 2 + dx, EM / 2 - dy), 255, CAP // 10)
    return mask
