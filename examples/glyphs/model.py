"""The network: a small MobileNet of depthwise-separable and inverted residual blocks."""

import torch
from torch import nn
from torch.nn import functional as F

# One row a block: kind, output channels, stride, expansion.
BLOCKS = [
    ("separable", 32, 2, 1),
    ("residual", 32, 1, 4),
    ("separable", 64, 2, 1),
    ("residual", 64, 1, 2),
    ("plain", 128, 2, 1),
    ("separable", 192, 1, 1),
]
STEM = 16


class ConvBn(nn.Module):
    """Convolution with TensorFlow's "SAME" padding (an odd pixel goes to the bottom and right),
    batch norm and maybe ReLU6."""

    def __init__(self, inputs, outputs, kernel=1, stride=1, depthwise=False, relu6=True):
        super().__init__()
        self.conv = nn.Conv2d(
            inputs, outputs, kernel, stride, groups=inputs if depthwise else 1, bias=False
        )
        self.norm = nn.BatchNorm2d(outputs)
        self.relu6 = relu6
        self.depthwise = depthwise

    def forward(self, x):
        kernel, stride = self.conv.kernel_size[0], self.conv.stride[0]
        pad = kernel - stride if x.shape[-1] % stride == 0 else kernel - x.shape[-1] % stride
        if pad > 0:
            x = F.pad(x, (pad // 2, pad - pad // 2) * 2)
        x = self.norm(self.conv(x))
        return F.relu6(x) if self.relu6 else x

    def folded(self):
        """Weights [O, I / groups, kernel, kernel] and bias [O] of the one convolution that does the
        same at inference."""
        scale = self.norm.weight / torch.sqrt(self.norm.running_var + self.norm.eps)
        return (
            self.conv.weight * scale[:, None, None, None],
            self.norm.bias - self.norm.running_mean * scale,
        )


class Plain(nn.Sequential):
    """A full 3x3 convolution with ReLU6."""

    def __init__(self, inputs, outputs, stride, expansion):
        super().__init__(ConvBn(inputs, outputs, 3, stride))


class Separable(nn.Sequential):
    """Depthwise 3x3, then 1x1; ReLU6 after both."""

    def __init__(self, inputs, outputs, stride, expansion):
        super().__init__(ConvBn(inputs, inputs, 3, stride, depthwise=True), ConvBn(inputs, outputs))


class Residual(nn.Sequential):
    """1x1 to more channels, depthwise 3x3, 1x1 back without activation, and the input added."""

    def __init__(self, inputs, outputs, stride, expansion):
        assert inputs == outputs and stride == 1
        wide = inputs * expansion
        super().__init__(
            ConvBn(inputs, wide),
            ConvBn(wide, wide, 3, depthwise=True),
            ConvBn(wide, outputs, relu6=False),
        )

    def forward(self, x):
        return x + super().forward(x)


KINDS = {"plain": Plain, "separable": Separable, "residual": Residual}


class GlyphNet(nn.Module):
    """float32 [N, 3, 64, 64], RGB as pixel / 127.5 - 1, to the logits of the 36 classes."""

    def __init__(self, classes=36):
        super().__init__()
        self.stem = ConvBn(3, STEM, 3, 2)
        blocks, channels = [], STEM
        for kind, outputs, stride, expansion in BLOCKS:
            blocks.append(KINDS[kind](channels, outputs, stride, expansion))
            channels = outputs
        self.blocks = nn.Sequential(*blocks)
        self.dropout = nn.Dropout(0.1)
        self.classifier = nn.Linear(channels, classes)

    def forward(self, x):
        x = self.blocks(self.stem(x))
        return self.classifier(self.dropout(x.mean((2, 3))))


def to_input(frames):
    """uint8 [N, 64, 64, 3] to the network's input."""
    return frames.permute(0, 3, 1, 2).float() / 127.5 - 1


@torch.no_grad()
def predict(model, frames, batch=256):
    """The most probable class of each frame (uint8 tensor [N, 64, 64, 3])."""
    model.eval()
    return torch.cat([model(to_input(part)).argmax(1) for part in frames.split(batch)])
