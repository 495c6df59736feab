// Keys and small comforts. Everything here can also be done without script.
"use strict";
(() => {
  const rows = [...document.querySelectorAll("tr[data-report]")];
  const preview = document.getElementById("preview");
  let waiting = 0;

  const chosen = () => rows.findIndex((row) => row.hasAttribute("aria-selected"));

  async function show(row) {
    const turn = ++waiting;
    const answer = await fetch(`/inbox/preview/${row.dataset.report}`, { headers: { "X-Fragment": "1" } });
    if (turn !== waiting) return;
    if (answer.status === 401) { location.assign("/sign-in"); return; }
    if (answer.ok) { preview.innerHTML = await answer.text(); row.classList.remove("new"); }
  }

  function choose(row, now) {
    rows.forEach((other) => other.removeAttribute("aria-selected"));
    row.setAttribute("aria-selected", "true");
    row.scrollIntoView({ block: "nearest" });
    const turn = ++waiting;
    // A preview is a reading and is written down: running past a row must not count as one.
    setTimeout(() => { if (turn === waiting) show(row); }, now ? 0 : 180);
  }

  rows.forEach((row) => row.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    choose(row, true);
  }));
  rows.forEach((row) => row.addEventListener("dblclick", () => location.assign(row.querySelector("a[data-open]").dataset.open)));

  function move(step) {
    if (!rows.length) return;
    const at = chosen();
    choose(rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? 0 : at + step))], false);
  }

  function moveCell(key) {
    const cell = document.activeElement && document.activeElement.closest(".cells td, .cells th");
    if (!cell) return false;
    const rtl = document.dir === "rtl";
    const line = cell.parentElement, body = line.parentElement;
    let target = null;
    if (key === "ArrowUp" || key === "ArrowDown") {
      const lines = [...body.children], step = key === "ArrowUp" ? -1 : 1;
      for (let at = lines.indexOf(line) + step; at >= 0 && at < lines.length && !target; at += step) {
        const other = lines[at].children[cell.cellIndex];
        target = other && other.querySelector("a");
      }
    } else {
      const links = [...line.querySelectorAll("a")];
      const step = (key === "ArrowRight") !== rtl ? 1 : -1;
      target = links[links.indexOf(document.activeElement) + step];
    }
    if (!target) return false;
    target.focus();
    return true;
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.closest("input, textarea, select");
    const dialog = document.getElementById("keys");
    if (event.key === "Escape") {
      document.querySelectorAll("details[open].me, details[open].more").forEach((item) => { item.open = false; });
      if (typing) typing.blur();
      return;
    }
    if (typing || (dialog && dialog.open)) return;
    if (event.key.startsWith("Arrow") && moveCell(event.key)) { event.preventDefault(); return; }
    switch (event.key) {
      case "j": move(1); break;
      case "k": move(-1); break;
      case "Enter": {
        const row = rows[chosen()];
        if (!row || (document.activeElement && document.activeElement.closest("a, button, summary"))) return;
        location.assign(row.querySelector("a[data-open]").dataset.open);
        break;
      }
      case "/": document.querySelector(".find input")?.focus(); break;
      case "g": document.querySelector('.side a[href="/weekly"]')?.click(); break;
      case "?": dialog?.showModal(); break;
      case "[": case "]": document.querySelector(`.stepper a[data-key="${event.key}"]`)?.click(); break;
      default: return;
    }
    event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    document.querySelectorAll("details[open].me, details[open].more").forEach((item) => {
      if (!item.contains(event.target)) item.open = false;
    });
  });

  // Fetching: the sentence of the server, asked for only while something is under way.
  const output = document.querySelector("[data-fetch]");
  async function follow() {
    const answer = await fetch("/fetch/state", { headers: { "X-Fragment": "1" } });
    if (!answer.ok) return;
    const state = await answer.json();
    output.textContent = state.text;
    if (state.busy || String(state.count) === output.dataset.count) setTimeout(follow, 700);
    else if (output.dataset.reload) location.reload();
  }
  document.querySelectorAll('form[action="/fetch"]').forEach((form) => form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await fetch("/fetch", { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" });
    if (output) { output.dataset.reload = "1"; follow(); }
  }));
})();
