#!/usr/bin/python3
"""Renders 64x64 RGB frames of single glyphs (0-9, A-Z) as a hand-held camera might see them.

Each frame is a printed sign, or a card on a cluttered background, seen in perspective and spoilt by
light, blur, noise and compression. A frame depends only on its set's seed and its number, so any
number of worker processes makes the same set.

    render.py dataset     build/{train,held_out}.npz: the sets that train.py reads
    render.py frames      calibration/*.jpg, test/*.jpg, test/labels.csv and labels.txt
"""

import argparse
import io
import multiprocessing
import pathlib

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from fonts import CAP, EM, TRAIN_FONTS, UNSEEN_FONTS, font_files, glyph_mask

HERE = pathlib.Path(__file__).resolve().parent
CLASSES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SIZE = 64  # pixels of a frame's edge
SCENE = 2 * SIZE  # the scene is drawn at twice that and then reduced

# Every set has its own seed: no two sets share a disturbance.
SEEDS = {"train": 1, "held_out": 2, "calibration": 3, "test": 4}


def homography(source, target):
    """Image.transform's eight coefficients that map four target points to source points."""
    rows, values = [], []
    for (sx, sy), (tx, ty) in zip(source, target):
        rows += [[tx, ty, 1, 0, 0, 0, -sx * tx, -sx * ty], [0, 0, 0, tx, ty, 1, -sy * tx, -sy * ty]]
        values += [sx, sy]
    return np.linalg.solve(np.array(rows), np.array(values))


def camera_pose(rng):
    """Where a glyph mask's corners lie in the scene: size, rotation, position, perspective."""
    height = rng.uniform(0.36, 0.78) * SCENE  # of a capital
    half = height * EM / CAP / 2
    angle = np.radians(np.clip(rng.normal(0, 9.0), -24, 24))
    aspect = np.exp(rng.normal(0, 0.07))
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], float) * half * [aspect, 1 / aspect]
    corners[:, 0] += rng.normal(0, 0.09) * corners[:, 1]  # shear
    corners += rng.normal(0, 0.05, (4, 2)).clip(-0.11, 0.11) * 2 * half  # perspective
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    shift = rng.normal(0, 0.05, 2).clip(-0.11, 0.11) * SCENE
    return corners @ turn + SCENE / 2 + shift


def smooth_noise(rng, cells):
    """SCENE x SCENE noise in 0..1 with about `cells` blobs along an edge."""
    grid = Image.fromarray(rng.integers(0, 256, (cells, cells), np.uint8))
    return np.asarray(grid.resize((SCENE, SCENE), Image.BICUBIC), np.float32) / 255


def clutter(rng):
    """What lies behind the card: two tones of texture, now and then with edges of other things."""
    tones = rng.uniform(20, 235, (2, 3)).astype(np.float32)
    blend = 0.7 * smooth_noise(rng, rng.integers(2, 9))
    blend += 0.3 * smooth_noise(rng, rng.integers(12, 40))
    scene = tones[0] + (tones[1] - tones[0]) * blend[..., None]
    image = Image.fromarray(scene.clip(0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for _ in range(rng.integers(0, 6)):
        box = np.sort(rng.uniform(-20, SCENE + 20, (2, 2)), axis=0)
        colour = tuple(int(v) for v in rng.uniform(10, 245, 3))
        if rng.random() < 0.5:
            draw.rectangle([tuple(box[0]), tuple(box[1])], fill=colour)
        else:
            end = box[1][0], rng.uniform(0, SCENE)
            draw.line([tuple(box[0]), end], colour, int(rng.integers(1, 6)))
    return image.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 3)))


def card_colours(rng):
    """Colours (paper, ink) that differ clearly in brightness; either may be the darker one."""
    luma = np.array([0.299, 0.587, 0.114])

    def colour():
        if rng.random() < 0.5:
            return rng.uniform(10, 245, 3)
        return rng.uniform(10, 245) + rng.normal(0, 12, 3)  # nearly grey

    while True:
        paper, ink = colour(), colour()
        if abs(luma @ (paper - ink)) > 55:
            return paper.clip(0, 255), ink.clip(0, 255)


def lit(rng, scene):
    """Uneven light, a shadow's edge, glare, white balance and exposure."""
    y, x = (np.mgrid[0:SIZE, 0:SIZE] / (SIZE - 1) - 0.5).astype(np.float32)

    def ramp():
        angle = rng.uniform(0, 2 * np.pi)
        return x * np.float32(np.cos(angle)) + y * np.float32(np.sin(angle))

    light = 1 + rng.uniform(0, 0.9) * ramp()
    if rng.random() < 0.35:
        edge = (ramp() + rng.uniform(-0.3, 0.3)) / rng.uniform(0.01, 0.15)
        light = light * (1 - rng.uniform(0.25, 0.65) / (1 + np.exp(-edge.clip(-30, 30))))
    scene = scene * (light * rng.uniform(0.45, 1.3))[..., None] * (1 + rng.normal(0, 0.07, 3))
    if rng.random() < 0.3:
        cx, cy, radius = rng.uniform(-0.5, 0.5), rng.uniform(-0.5, 0.5), rng.uniform(0.1, 0.3)
        spot = np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * radius**2))
        scene = scene + (rng.uniform(30, 140) * spot)[..., None]
    haze = rng.uniform(0, 30) if rng.random() < 0.3 else 0.0
    return 255 * ((scene * (1 - haze / 255) + haze).clip(0, 255) / 255) ** rng.uniform(0.8, 1.25)


def blurred(rng, image):
    """Out of focus or shaken; now and then also from too few pixels."""
    kind = rng.random()
    if kind < 0.6:
        image = image.filter(ImageFilter.GaussianBlur(min(abs(rng.normal(0, 2.3)), 4.4)))
    elif kind < 0.85:
        length, angle = rng.uniform(2, 13), rng.uniform(0, np.pi)
        taps = int(np.ceil(length)) + 1
        pixels = np.asarray(image, np.float32)
        offsets = np.linspace(-length / 2, length / 2, taps)
        moved = [
            np.roll(pixels, (round(o * np.sin(angle)), round(o * np.cos(angle))), (0, 1))
            for o in offsets
        ]
        image = Image.fromarray(np.mean(moved, axis=0).astype(np.uint8))
    if rng.random() < 0.25:
        few = int(rng.integers(22, 52))
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
        """Paints the scene with a colour: where `mask` is set, seen from the pose, or all of it."""
        fill = np.full((SCENE, SCENE, 3), colour, np.float32)
        fill += (grain * (smooth_noise(rng, 24) + smooth_noise(rng, 3) - 1))[..., None]
        if mask:
            warp = homography([(0, 0), (EM, 0), (EM, EM), (0, EM)], pose)
            mask = mask.transform((SCENE, SCENE), Image.PERSPECTIVE, warp, Image.BICUBIC)
        scene.paste(Image.fromarray(fill.clip(0, 255).astype(np.uint8)), (0, 0), mask)

    card = None
    if not fills_frame:
        card = Image.new("L", (EM, EM))
        x, y = margins
        ImageDraw.Draw(card).rectangle([x, y, EM - x, EM - y], fill=255)
    lay(card, paper, rng.uniform(0, 40))
    print_quality = rng.choice(["clean", "spread", "worn"], p=[0.7, 0.2, 0.1])
    lay(glyph_mask(font_dir, name, char, print_quality), ink, rng.uniform(0, 30))
    frame = lit(rng, np.asarray(blurred(rng, scene), np.float32))
    noise = rng.uniform(0, 13) if rng.random() < 0.75 else rng.uniform(13, 30)
    frame += rng.normal(0, 1, frame.shape) * noise * np.sqrt(0.3 + 0.7 * frame / 255)
    frame = Image.fromarray(frame.clip(0, 255).astype(np.uint8))
    if rng.random() < 0.5:
        frame = through_jpeg(frame, int(rng.integers(30, 95)))
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
    """Frames [count, 64, 64, 3] and labels [count]; frame i is of class i % 36.

    In the sets for measuring, every second round through the classes is set in unseen fonts.
    """

    def fonts(index):
        unseen = set_name in ("held_out", "test") and index // len(CLASSES) % 2
        return UNSEEN_FONTS if unseen else TRAIN_FONTS

    missing = [f for f in TRAIN_FONTS + UNSEEN_FONTS if f not in font_files(font_dir)]
    if missing:
        raise SystemExit(f"no {' '.join(missing)} below {font_dir}; README.md lists the packages")
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
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["dataset", "frames"])
    parser.add_argument("--fonts", default="/usr/share/fonts", help="folder with the font files")
    parser.add_argument("--train", type=int, default=60000, help="training frames")
    parser.add_argument("--held-out", type=int, default=7200, help="held-out frames")
    parser.add_argument("--workers", type=int, default=multiprocessing.cpu_count())
    options = parser.parse_args()
    if options.what == "dataset":
        (HERE / "build").mkdir(exist_ok=True)
        for set_name, count in (("held_out", options.held_out), ("train", options.train)):
            frames, labels = render_set(set_name, count, options.fonts, options.workers)
            np.savez(HERE / "build" / f"{set_name}.npz", frames=frames, labels=labels)
            print(f"{set_name}: {count} frames")
        return
    frames, labels = render_set("calibration", 64, options.fonts, options.workers)
    write_frames(HERE / "calibration", frames, labels)
    frames, labels = render_set("test", 16 * len(CLASSES), options.fonts, options.workers)
    names = write_frames(HERE / "test", frames, labels)
    rows = [f"{name},{label}\n" for name, label in zip(names, labels)]
    (HERE / "test" / "labels.csv").write_text("file,label\n" + "".join(rows))
    (HERE / "labels.txt").write_text("".join(c + "\n" for c in CLASSES))


if __name__ == "__main__":
    main()
