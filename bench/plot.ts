import type { BarPlot, Line, LinePlot, Plot } from "./cases/case.ts";

const width = 760;
const labelWidth = 360;

/** Greys and hues of middle lightness: readable on white and on near-black, and nothing is drawn behind them. */
const ink = "#808890";
const faint = "#80889055";
const ours = "#2f81d6";
const theirs = "#a08a4a";
const hues = ["#7fb0e6", "#2f81d6", "#1f5fb0", "#7cc79a", "#2f9e5f", "#1f7a46"] as const;

/** A drawing of its own, with its text in it: no script, no style from outside. */
export function plotSvg(plot: Plot): string {
  const { height, body } = plot.kind === "bars" ? bars(plot) : lines(plot);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-family="system-ui, sans-serif" font-size="12" fill="${ink}">`,
    `<title>${escaped(plot.title)}</title>`,
    ...body,
    "</svg>",
    "",
  ].join("\n");
}

interface Drawing {
  readonly height: number;
  readonly body: readonly string[];
}

function bars({ bars: list, unit }: BarPlot): Drawing {
  const rowHeight = 26;
  const room = width - labelWidth - 90;
  const most = Math.max(...list.map(({ max }) => max));
  const at = (value: number): number => round(labelWidth + (value / most) * room);
  const body = list.flatMap(({ label, value, min, max, isOurs }, index) => {
    const middle = 20 + index * rowHeight;
    return [
      text(labelWidth - 8, middle + 4, label, "end"),
      `<rect x="${labelWidth}" y="${middle - 8}" width="${round(at(value) - labelWidth)}" height="16" rx="2" fill="${isOurs ? ours : theirs}"/>`,
      // From the lowest round to the highest.
      `<path d="M${at(min)} ${middle}H${at(max)}M${at(min)} ${middle - 4}v8M${at(max)} ${middle - 4}v8" stroke="${ink}" fill="none"/>`,
      text(Math.max(at(max), at(value)) + 6, middle + 4, Math.round(value).toLocaleString("en")),
    ];
  });
  const height = 20 + list.length * rowHeight + 14;
  return {
    height,
    body: [
      ...body,
      text(labelWidth, height - 6, `${unit}, median; the line from the lowest to the highest round`),
    ],
  };
}

const frame = { left: 64, top: 16, right: width - 170, bottom: 300 } as const;

function lines({ lines: list, x, y }: LinePlot): Drawing {
  const points = list.flatMap((line) => line.points);
  const xMost = Math.max(...points.map(([value]) => value)) * 1.05;
  const low = Math.floor(Math.log10(Math.min(...points.map(([, value]) => value))));
  const high = Math.ceil(Math.log10(Math.max(...points.map(([, value]) => value))));
  const xAt = (value: number): number => round(frame.left + (value / xMost) * (frame.right - frame.left));
  const yAt = (value: number): number =>
    round(frame.bottom - ((Math.log10(value) - low) / (high - low)) * (frame.bottom - frame.top));
  const step = niceStep(xMost / 6);
  const grid = [
    ...Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index)).flatMap((value) => [
      `<path d="M${frame.left} ${yAt(value)}H${frame.right}" stroke="${faint}"/>`,
      text(frame.left - 8, yAt(value) + 4, `${Number(value.toPrecision(3))} ${y}`, "end"),
    ]),
    ...Array.from({ length: Math.floor(xMost / step) + 1 }, (_, index) => index * step).flatMap((value) => [
      `<path d="M${xAt(value)} ${frame.bottom}v5" stroke="${ink}"/>`,
      text(xAt(value), frame.bottom + 18, value.toLocaleString("en"), "middle"),
    ]),
    text((frame.left + frame.right) / 2, frame.bottom + 36, x, "middle"),
  ];
  return {
    height: frame.bottom + 46,
    body: [...grid, ...list.flatMap((line) => drawn(line, xAt, yAt)), ...legend(list)],
  };
}

function drawn(
  { points, color }: Line,
  xAt: (value: number) => number,
  yAt: (value: number) => number,
): string[] {
  const path = points.map(([x, y], index) => `${index === 0 ? "M" : "L"}${xAt(x)} ${yAt(y)}`).join("");
  return [
    `<path d="${path}" stroke="${hue(color)}" stroke-width="2" fill="none"/>`,
    ...points.map(([x, y]) => `<circle cx="${xAt(x)}" cy="${yAt(y)}" r="3" fill="${hue(color)}"/>`),
  ];
}

function legend(list: readonly Line[]): string[] {
  return list.flatMap(({ label, color }, index) => [
    `<rect x="${frame.right + 18}" y="${frame.top + index * 22}" width="12" height="12" rx="2" fill="${hue(color)}"/>`,
    text(frame.right + 36, frame.top + 10 + index * 22, label),
  ]);
}

function hue(color: number): string {
  return hues[color % hues.length] ?? ink;
}

/** 1, 2 or 5 times a power of ten. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
}

function text(x: number, y: number, content: string, anchor = "start"): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escaped(content)}</text>`;
}

function escaped(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
