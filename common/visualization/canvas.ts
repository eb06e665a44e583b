/** The pixels of a finished canvas, RGBA. */
export type Raster = { width: number; height: number; pixels: Uint8ClampedArray };

/** What plotly uses of a canvas and its context to draw a heatmap. */
type CanvasElement = { width: number; height: number };
type ImageData = { data: Uint8ClampedArray };

/**
 * As much of a canvas as plotly's heatmaps need (filled rectangles and blocks of pixels), because jsdom has none. `toDataURL` gives a placeholder,
 * under which `rasters` holds the pixels until they are encoded.
 */
export class RasterContext {
  fillStyle = 'rgba(0,0,0,1)';
  private readonly raster: Raster;

  constructor(canvas: CanvasElement) {
    const { width, height } = canvas;
    this.raster = { width, height, pixels: new Uint8ClampedArray(width * height * 4) };
  }

  fillRect(left: number, top: number, width: number, height: number): void {
    const [red = 0, green = 0, blue = 0, alpha = 1] = (this.fillStyle.match(/[\d.]+/g) ?? []).map(Number);
    const { pixels } = this.raster;
    for (let row = Math.max(0, Math.round(top)); row < Math.min(this.raster.height, Math.round(top + height)); row++) {
      for (
        let column = Math.max(0, Math.round(left));
        column < Math.min(this.raster.width, Math.round(left + width));
        column++
      )
        pixels.set([red, green, blue, alpha * 255], (row * this.raster.width + column) * 4);
    }
  }

  createImageData(width: number, height: number): ImageData {
    return { data: new Uint8ClampedArray(width * height * 4) };
  }

  putImageData(image: ImageData): void {
    this.raster.pixels.set(image.data);
  }

  finished(): Raster {
    return this.raster;
  }
}
