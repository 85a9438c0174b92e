#!/usr/bin/python3
"""Renders 64x64 RGB frames of single glyphs (0-9, A-Z) as a hand-held camera might see them.

Each frame is a printed sign, or a card on a cluttered background, seen in perspective and spoilt by light, blur, noise and compression. A frame depends
only on (seed, index, class, fonts), so any number of worker processes makes the same set.

    render.py dataset     build/{train,held_out}.npz: the sets that train.py reads
    render.py frames      calibration/*.jpg, test/*.jpg, test/labels.csv, labels.txt: the files that users read
"""

import argparse
import functools
import io
import multiprocessing
import pathlib

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

HERE = pathlib.Path(__file__).resolve().parent
CLASSES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SIZE = 64  # pixels of a frame's edge
SCENE = 2 * SIZE  # the scene is drawn at twice that and then reduced
EM = 256  # pixels of a glyph mask's edge
CAP = 128  # pixels of a capital's height in a glyph mask

TRAIN_FONTS = """
DejaVuSans DejaVuSans-Bold DejaVuSansCondensed DejaVuSansCondensed-Bold DejaVuSansMono DejaVuSansMono-Bold DejaVuSerif DejaVuSerif-Bold
DejaVuSans-Oblique LiberationSans-Regular LiberationSans-Bold LiberationSans-Italic LiberationSerif-Regular LiberationSerif-Bold
LiberationMono-Regular LiberationMono-Bold Lato-Regular Lato-Bold Lato-Black Lato-Italic OpenSans-Regular OpenSans-Bold OpenSans-Semibold
OpenSans-CondBold Roboto-Regular Roboto-Bold Roboto-Medium RobotoCondensed-Regular RobotoCondensed-Bold FiraCode-Regular FiraCode-Bold
LinLibertine_R LinLibertine_RB LinBiolinum_R LinBiolinum_RB
""".split()
UNSEEN_FONTS = "Cantarell-Regular Cantarell-Bold Cantarell-ExtraBold Caladea-Regular Caladea-Bold Caladea-Italic Inconsolata".split()

# Every set has its own seed: no two sets share a disturbance.
SEEDS = {"train": 1, "held_out": 2, "calibration": 3, "test": 4}


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
    """The glyph's ink (EM x EM, mode L), its bounding box centred. A zero without the font's own slash or dot gets a slash.

    `print_quality` may also be "spread" (too much ink) or "worn".
    """
    if print_quality != "clean":
        spread = print_quality == "spread"
        return glyph_mask(font_dir, name, char).filter(ImageFilter.MaxFilter(5) if spread else ImageFilter.MinFilter(5))
    font = sized_font(font_dir, name)
    mask = Image.new("L", (EM, EM))
    draw = ImageDraw.Draw(mask)
    left, top, right, bottom = font.getbbox(char)
    draw.text(((EM - left - right) / 2, (EM - top - bottom) / 2), char, 255, font)
    if char == "0" and mask.getpixel((EM // 2, EM // 2)) < 128:
        dx, dy = 0.30 * (right - left), 0.30 * (bottom - top)
        draw.line((EM / 2 - dx, EM / 2 + dy, EM / 2 + dx, EM / 2 - dy), 255, CAP // 10)
    return mask


def homography(source, target):
    """The eight coefficients with which Image.transform maps `target` points to `source` points (four of each)."""
    rows, values = [], []
    for (sx, sy), (tx, ty) in zip(source, target):
        rows += [[tx, ty, 1, 0, 0, 0, -sx * tx, -sx * ty], [0, 0, 0, tx, ty, 1, -sy * tx, -sy * ty]]
        values += [sx, sy]
    return np.linalg.solve(np.array(rows), np.array(values))


def camera_pose(rng):
    """Where the corners of a glyph mask come to lie in the scene: size, rotation, position and perspective."""
    height = rng.uniform(0.44, 0.74) * SCENE  # of a capital
    half = height * EM / CAP / 2
    angle = np.radians(np.clip(rng.normal(0, 6.0), -16, 16))
    aspect = np.exp(rng.normal(0, 0.05))
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], float) * half * [aspect, 1 / aspect]
    corners[:, 0] += rng.normal(0, 0.06) * corners[:, 1]  # shear
    corners += rng.normal(0, 0.045, (4, 2)).clip(-0.1, 0.1) * 2 * half  # perspective
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    shift = rng.normal(0, 0.035, 2).clip(-0.08, 0.08) * SCENE
    return corners @ turn + SCENE / 2 + shift


def smooth_noise(rng, cells):
    """SCENE x SCENE noise in 0..1 with about `cells` blobs along an edge."""
    grid = Image.fromarray(rng.integers(0, 256, (cells, cells), np.uint8))
    return np.asarray(grid.resize((SCENE, SCENE), Image.BICUBIC), np.float32) / 255


def clutter(rng):
    """What lies behind the card: two tones of texture, now and then with edges of other things."""
    tones = rng.uniform(20, 235, (2, 3)).astype(np.float32)
    blend = smooth_noise(rng, rng.integers(2, 9)) * 0.7 + smooth_noise(rng, rng.integers(12, 40)) * 0.3
    scene = tones[0] + (tones[1] - tones[0]) * blend[..., None]
    image = Image.fromarray(scene.clip(0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for _ in range(rng.integers(0, 6)):
        box = np.sort(rng.uniform(-20, SCENE + 20, (2, 2)), axis=0)
        colour = tuple(int(v) for v in rng.uniform(10, 245, 3))
        if rng.random() < 0.5:
            draw.rectangle([tuple(box[0]), tuple(box[1])], fill=colour)
        else:
            draw.line([tuple(box[0]), (box[1][0], rng.uniform(0, SCENE))], colour, int(rng.integers(1, 6)))
    return image.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 3)))


def card_colours(rng):
    """Colours (paper, ink) that differ clearly in brightness; either may be the darker one."""
    luma = np.array([0.299, 0.587, 0.114])
    while True:
        colours = rng.uniform(10, 245, 3) if rng.random() < 0.5 else rng.uniform(10, 245) + rng.normal(0, 12, 3)
        other = rng.uniform(10, 245, 3) if rng.random() < 0.5 else rng.uniform(10, 245) + rng.normal(0, 12, 3)
        if abs(luma @ (colours - other)) > 75:
            return colours.clip(0, 255), other.clip(0, 255)


def lit(rng, scene):
    """Uneven light, a shadow's edge, glare, white balance and exposure."""
    y, x = (np.mgrid[0:SIZE, 0:SIZE] / (SIZE - 1) - 0.5).astype(np.float32)

    def ramp():
        angle = rng.uniform(0, 2 * np.pi)
        return x * np.float32(np.cos(angle)) + y * np.float32(np.sin(angle))

    light = 1 + rng.uniform(0, 0.7) * ramp()
    if rng.random() < 0.35:
        edge = (ramp() + rng.uniform(-0.3, 0.3)) / rng.uniform(0.01, 0.15)
        light = light * (1 - rng.uniform(0.2, 0.5) / (1 + np.exp(-edge.clip(-30, 30))))
    scene = scene * (light * rng.uniform(0.55, 1.2))[..., None] * (1 + rng.normal(0, 0.07, 3))
    if rng.random() < 0.25:
        cx, cy, radius = rng.uniform(-0.5, 0.5), rng.uniform(-0.5, 0.5), rng.uniform(0.1, 0.3)
        spot = np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * radius**2))
        scene = scene + (rng.uniform(30, 110) * spot)[..., None]
    haze = rng.uniform(0, 30) if rng.random() < 0.3 else 0.0
    return 255 * ((scene * (1 - haze / 255) + haze).clip(0, 255) / 255) ** rng.uniform(0.8, 1.25)


def blurred(rng, image):
    """Out of focus or shaken; now and then also from too few pixels."""
    kind = rng.random()
    if kind < 0.6:
        image = image.filter(ImageFilter.GaussianBlur(min(abs(rng.normal(0, 1.9)), 3.6)))
    elif kind < 0.85:
        length, angle = rng.uniform(2, 11), rng.uniform(0, np.pi)
        taps = int(np.ceil(length)) + 1
        pixels = np.asarray(image, np.float32)
        offsets = np.linspace(-length / 2, length / 2, taps)
        moved = [np.roll(pixels, (round(o * np.sin(angle)), round(o * np.cos(angle))), (0, 1)) for o in offsets]
        image = Image.fromarray(np.mean(moved, axis=0).astype(np.uint8))
    if rng.random() < 0.25:
        few = int(rng.integers(26, 56))
        return image.resize((few, few), Image.BOX).resize((SIZE, SIZE), Image.BILINEAR)
    return image.reduce(SCENE // SIZE)


def render(char, fonts, font_dir, rng):
    """One frame: uint8 [64, 64, 3], RGB."""
    name = fonts[rng.integers(len(fonts))]
    pose = camera_pose(rng)
    paper, ink = card_colours(rng)
    margins = rng.uniform(-40, 62), rng.uniform(-40, 46)
    fills_frame = min(margins) < 0
    scene = Image.new("RGB", (SCENE, SCENE)) if fills_frame else clutter(rng)

    def lay(mask, colour, grain):
        """Paints the scene with `colour` where `mask` is set, seen from the camera's pose (everywhere if there is no mask)."""
        fill = np.full((SCENE, SCENE, 3), colour, np.float32)
        fill += (grain * (smooth_noise(rng, 24) + smooth_noise(rng, 3) - 1))[..., None]
        if mask:
            corners = [(0, 0), (EM, 0), (EM, EM), (0, EM)]
            mask = mask.transform((SCENE, SCENE), Image.PERSPECTIVE, homography(corners, pose), Image.BICUBIC)
        scene.paste(Image.fromarray(fill.clip(0, 255).astype(np.uint8)), (0, 0), mask)

    card = None
    if not fills_frame:
        card = Image.new("L", (EM, EM))
        ImageDraw.Draw(card).rectangle([margins[0], margins[1], EM - margins[0], EM - margins[1]], fill=255)
    lay(card, paper, rng.uniform(0, 40))
    print_quality = rng.choice(["clean", "spread", "worn"], p=[0.7, 0.2, 0.1])
    lay(glyph_mask(font_dir, name, char, print_quality), ink, rng.uniform(0, 30))
    frame = lit(rng, np.asarray(blurred(rng, scene), np.float32))
    noise = rng.uniform(0, 11) if rng.random() < 0.8 else rng.uniform(11, 24)
    frame += rng.normal(0, 1, frame.shape) * noise * np.sqrt(0.3 + 0.7 * frame / 255)
    frame = Image.fromarray(frame.clip(0, 255).astype(np.uint8))
    if rng.random() < 0.5:
        frame = through_jpeg(frame, int(rng.integers(40, 95)))
    return np.asarray(frame)


def through_jpeg(image, quality):
    """`image` after being written as JPEG and read again."""
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(file).convert("RGB")


def render_job(job):
    """Frame `index` of a set; `job` is (set name, index, fonts, font directory)."""
    set_name, index, fonts, font_dir = job
    label = index % len(CLASSES)
    return render(CLASSES[label], fonts, font_dir, np.random.default_rng([SEEDS[set_name], index]))


def render_set(set_name, count, font_dir, workers):
    """Frames [count, 64, 64, 3] and labels [count]. Held-out frames of odd rounds through the classes use unseen fonts."""
    def fonts(index):
        unseen = set_name in ("held_out", "test") and index // len(CLASSES) % 2
        return UNSEEN_FONTS if unseen else TRAIN_FONTS

    missing = [f for f in TRAIN_FONTS + UNSEEN_FONTS if f not in font_files(font_dir)]
    if missing:
        raise SystemExit(f"fonts not found below {font_dir}: {' '.join(missing)} (README.md lists the packages)")
    jobs = [(set_name, i, fonts(i), font_dir) for i in range(count)]
    with multiprocessing.Pool(workers) as pool:
        frames = np.stack(list(pool.imap(render_job, jobs, chunksize=128)))
    return frames, np.arange(count) % len(CLASSES)


def write_frames(folder, frames, labels):
    """Writes frames as JPEG files named <class>_<number>.jpg; returns the names."""
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"{CLASSES[label]}_{i:04d}.jpg" for i, label in enumerate(labels)]
    for old in folder.glob("*.jpg"):
        old.unlink()
    for name, frame in zip(names, frames):
        Image.fromarray(frame).save(folder / name, quality=90, subsampling=0, optimize=True)
    return names


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["dataset", "frames"])
    parser.add_argument("--fonts", default="/usr/share/fonts", help="folder with the font files (default: %(default)s)")
    parser.add_argument("--train", type=int, default=60000, help="training frames (default: %(default)s)")
    parser.add_argument("--held-out", type=int, default=7200, help="held-out frames (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=multiprocessing.cpu_count())
    options = parser.parse_args()
    if options.what == "dataset":
        (HERE / "build").mkdir(exist_ok=True)
        for set_name, count in (("held_out", options.held_out), ("train", options.train)):
            frames, labels = render_set(set_name, count, options.fonts, options.workers)
            np.savez(HERE / "build" / f"{set_name}.npz", frames=frames, labels=labels)
            print(f"{set_name}: {count} frames")
        return
    write_frames(HERE / "calibration", *render_set("calibration", 64, options.fonts, options.workers))
    frames, labels = render_set("test", 16 * len(CLASSES), options.fonts, options.workers)
    names = write_frames(HERE / "test", frames, labels)
    rows = [f"{name},{label}\n" for name, label in zip(names, labels)]
    (HERE / "test" / "labels.csv").write_text("file,label\n" + "".join(rows))
    (HERE / "labels.txt").write_text("".join(c + "\n" for c in CLASSES))


if __name__ == "__main__":
    main()
