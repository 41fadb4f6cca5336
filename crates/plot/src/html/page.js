
// The page: its figures, and light or dark.

const pictures = [];

function redraw() {
  for (const picture of pictures) picture.draw();
}

// Auto follows the system; the choice lasts as long as the page is open.
function addThemes(button) {
  const themes = ['auto', 'light', 'dark'];
  let now = 0;
  const show = () => {
    button.textContent = `Theme: ${themes[now]}`;
    if (now === 0) delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = themes[now];
    redraw();
  };
  button.addEventListener('click', () => {
    now = (now + 1) % themes.length;
    show();
  });
  button.hidden = false;
  show();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => redraw());
  return show;
}

// Paper is white and narrower.
function addPrinting(show) {
  addEventListener('beforeprint', () => {
    widthOnPaper = 680;
    document.documentElement.dataset.theme = 'light';
    redraw();
  });
  addEventListener('afterprint', () => {
    widthOnPaper = null;
    show();
  });
}

function closeByKey(event) {
  if (event.key !== 'Escape') return;
  for (const picture of pictures) picture.close();
}

// One after another, so that the first can be read while the last is drawn.
async function drawAll() {
  const data = document.getElementById('data');
  const figures = data === null ? [] : JSON.parse(data.textContent);
  for (const [nth, figure] of figures.entries()) {
    // What has no views says so without a script.
    if (figure.views.length === 0) continue;
    const box = document.getElementById(`figure-${nth}`);
    try {
      pictures.push(new Picture(box, figure));
    } catch (error) {
      box.append(make('p', {}, 'This figure cannot be drawn here.'));
      console.error(error);
    }
    await new Promise((resolve) => setTimeout(resolve));
  }
  document.documentElement.dataset.ready = 'true';
}

addPrinting(addThemes(document.getElementById('theme')));
addEventListener('keydown', closeByKey);
drawAll();
