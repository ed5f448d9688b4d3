//! What a browser makes of the page.

mod common;

use drugner_report::browser;

/// Writes the size of each figure and of the page into the document.
const MEASURE: &str = "<script>
const boxes = [...document.querySelectorAll('svg')].map(s => s.getBoundingClientRect());
const inside = [...document.querySelectorAll('svg')].map(s => {
  const all = s.getBoundingClientRect();
  const texts = [...s.querySelectorAll('text')].map(t => t.getBoundingClientRect());
  const out = texts.filter(t => t.left < all.left || t.right > all.right || t.top < all.top || t.bottom > all.bottom);
  let touching = 0;
  texts.forEach((a, i) => texts.slice(i + 1).forEach(b => {
    if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 4 && b.top < a.bottom - 4) touching++;
  }));
  return out.length + ' ' + touching;
});
const note = document.createElement('div');
note.id = 'measured';
note.textContent = boxes.map((b, i) => [Math.round(b.width), Math.round(b.height), inside[i]].join(' ')).join(';')
  + ';' + document.documentElement.scrollWidth;
document.body.append(note);
</script>";

#[test]
fn the_page_looks_drawn() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("page.html");
    std::fs::write(&page, common::sample().html()).expect("the page");
    let Some(picture) = browser::screenshot(&page, &folder.path().join("page.png"), 1200, 2400) else {
        return;
    };
    picture.check(8);
}

#[test]
fn every_block_has_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("page.html");
    let html = common::sample().html();
    std::fs::write(&page, html.replace("</body>", &format!("{MEASURE}</body>"))).expect("the page");
    let Some(dom) = browser::dom(&page) else { return };
    for part in ["<h1", "<h2", "<h3", "<h4", "<table", "<svg", "<li", "<pre", "<figcaption"] {
        assert_eq!(dom.matches(part).count(), html.matches(part).count(), "{part}");
    }
    let measured =
        dom.split("id=\"measured\">").nth(1).and_then(|rest| rest.split('<').next()).expect("measurements");
    let mut parts: Vec<&str> = measured.split(';').collect();
    let page_width: u32 = parts.pop().and_then(|width| width.parse().ok()).expect("the width of the page");
    assert!(page_width <= 1200, "the page is {page_width} pixels wide");
    assert_eq!(parts.len(), 8);
    for (part, (name, _)) in parts.iter().zip(common::sample().svgs()) {
        let numbers: Vec<u32> = part.split(' ').map(|number| number.parse().expect("a number")).collect();
        let [width, height, outside, touching] = numbers[..] else { panic!("{part}") };
        assert!(width >= 600 && height >= 200, "{name}: {width} by {height}");
        assert_eq!((outside, touching), (0, 0), "{name}: texts outside the picture, texts that touch");
    }
}
