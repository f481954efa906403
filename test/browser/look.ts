/** Checks of a page, as expressions that are evaluated in it. */

const visible = `const visible = element => element.checkVisibility() && element.getBoundingClientRect().width > 0`

/** Elements that extend beyond the window, and texts of pictures that extend beyond their picture. */
export const outside = `(() => {
  ${visible}
  const said = element => element.tagName + ' ' + element.textContent.trim().slice(0, 40)
  const isHidden = element => element.closest('thead') && getComputedStyle(element.closest('thead')).position === 'absolute'
  const wide = [...document.body.querySelectorAll('*')].filter(element => visible(element) && !isHidden(element)).filter(element => {
    const { left, right } = element.getBoundingClientRect()
    return left < -1 || right > innerWidth + 1
  })
  const cut = [...document.querySelectorAll('svg text')].filter(visible).filter(text => {
    const [is, room] = [text.getBoundingClientRect(), text.ownerSVGElement.getBoundingClientRect()]
    return is.left < room.left - 1 || is.right > room.right + 1 || is.top < room.top - 2 || is.bottom > room.bottom + 2
  })
  return [...wide, ...cut].map(said)
})()`

/** Texts of pictures that overlap; slanted ones left out. */
export const overlapping = `(() => {
  ${visible}
  const found = []
  for (const svg of document.querySelectorAll('svg')) {
    const texts = [...svg.querySelectorAll('text:not([transform])')].filter(visible).map(text => ({ text: text.textContent, ...text.getBoundingClientRect().toJSON() }))
    for (const [i, a] of texts.entries()) for (const b of texts.slice(i + 1))
      if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3) found.push(a.text + ' | ' + b.text)
  }
  return found
})()`

/** Texts below a contrast (WCAG 2.2, 1.4.3), the number of all texts, and the colour of the page. */
export const contrasts = (least: number): string => `(() => {
  ${visible}
  const numbers = colour => colour.match(/[\\d.]+/g).map(Number)
  const linear = value => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4)
  const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
  const behind = element => {
    for (let at = element; at; at = at.parentElement) {
      const colour = numbers(getComputedStyle(at).backgroundColor)
      if (colour.length === 3 || colour[3] > 0) return colour
    }
    return [255, 255, 255]
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  const low = []
  let texts = 0
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement
    if (walker.currentNode.data.trim() === '' || !visible(element) || element.closest('title, desc')) continue
    texts++
    const style = getComputedStyle(element)
    const [text, ground] = [numbers(element.closest('svg') ? style.fill : style.color), behind(element)].map(luminance)
    const ratio = (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05)
    if (ratio < ${least}) low.push(ratio.toFixed(2) + ' ' + walker.currentNode.data.trim().slice(0, 40))
  }
  return { texts, low, paper: getComputedStyle(document.body).backgroundColor }
})()`

/** Collects the labels of charts in which a dashed line is drawn: the mark of a start, deployment, swap or alert. */
export const recordDashes = `{
  window.dashed = []
  const { stroke } = CanvasRenderingContext2D.prototype
  CanvasRenderingContext2D.prototype.stroke = function (...path) {
    if (this.getLineDash().length > 0) dashed.push(this.canvas.closest('[role=img]').ariaLabel)
    stroke.apply(this, path)
  }
}`
