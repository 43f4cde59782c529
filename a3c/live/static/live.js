// Renews the page while the run goes on: fetches it again and puts what has changed in its place. Images get another
// address only when they have changed, and the form of the e-stop is never touched.
"use strict";

const period = 2000; // ms

function renew(fresh) {
	const ids = (root) => [...root.querySelectorAll("main [id]:not([data-image])")].map((e) => e.id).join();
	if (ids(document) !== ids(fresh)) { // another kind of page: a sweep got its table, a run its arm
		document.querySelector("main").replaceWith(fresh.querySelector("main"));
	}
	for (const part of fresh.querySelectorAll("[data-live], [data-image]")) {
		const old = document.getElementById(part.id);
		if (!old) continue;
		if (part.hasAttribute("data-image")) {
			for (const name of ["src", "srcset"]) {
				if (part.hasAttribute(name) && part.getAttribute(name) !== old.getAttribute(name)) old.setAttribute(name, part.getAttribute(name));
			}
			continue;
		}
		const images = (e) => [...e.querySelectorAll("[data-image]")].map((i) => i.id).join();
		if (part.querySelector("[data-image]") && images(part) === images(old)) continue; // its images are renewed one by one
		if (part.innerHTML !== old.innerHTML) old.innerHTML = part.innerHTML;
	}
	document.title = fresh.title;
}

async function look() {
	try {
		if (!document.hidden) {
			const answer = await fetch("/", { cache: "no-store" });
			if (!answer.ok) throw new Error(answer.statusText);
			renew(new DOMParser().parseFromString(await answer.text(), "text/html"));
		}
		document.getElementById("lost").hidden = true;
	} catch {
		document.getElementById("lost").hidden = false;
	}
	setTimeout(look, period);
}

setTimeout(look, period);
