package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var (
	browser = flag.String("browser", "", "path of Chromium: test the live page in it (make test-live)")
	shots   = flag.String("shots", "", "folder for pictures of the live page")
	ripe    = flag.Duration("ripe", 15*time.Second, "how long to train before the pictures are taken")
)

// TestBrowser opens the live page of a training in a browser: it renews itself without being loaded
// again, fits its window on desk and phone, light and dark, asks nobody else for anything, stands
// without JavaScript, and tells when the run is over.
func TestBrowser(t *testing.T) {
	if *browser == "" {
		t.Skip("needs a browser: make test-live")
	}
	folder := *shots
	if folder == "" {
		folder = t.TempDir()
	}
	t.Chdir(t.TempDir()) // the page shows the run's folder
	if err := os.MkdirAll(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	address, done := make(chan string, 1), make(chan error, 1)
	go func() {
		stderr := &onAddress{found: func(url string) { address <- url }}
		done <- run(ctx, []string{"-out", "runs/reach", "-net", "feedforward", "-width", "wide", "-workers", "2",
			"-steps", "8000000", "-milestone-every", "0",
			"-metrics-every", "2000", "-http", "127.0.0.1:0"}, new(bytes.Buffer), stderr)
	}()
	var url string
	select {
	case url = <-address:
	case err := <-done:
		t.Fatalf("the run ended: %v", err)
	}

	c := startChromium(t, *browser)
	c.call("Page.navigate", map[string]any{"url": url}, nil)
	c.until("the page", `document.readyState === "complete" && document.querySelector("#head") !== null`)
	c.value("window.loaded = 1")
	c.until("curves", `document.querySelectorAll(".charts section").length >= 8`)
	c.until("an arm",
		`document.querySelector("#arm")?.naturalWidth === 640 && document.querySelector("#seen")?.naturalWidth === 64`)
	const steps, look = `document.querySelector("#head .far span").textContent`, `document.querySelector("#arm").src`
	firstSteps, firstLook := c.value(steps).(string), c.value(look).(string)
	c.until("more steps", steps+` !== "`+firstSteps+`"`)
	c.until("another look", look+` !== "`+firstLook+`"`)
	if c.value("window.loaded") != 1.0 {
		t.Error("the page was loaded again, not renewed")
	}
	time.Sleep(*ripe)

	for _, s := range []struct {
		name, scheme  string
		width, height int
		mobile        bool
		highest       int // pixels of the picture
	}{
		{"desk-light", "light", 1280, 800, false, 3000}, {"desk-dark", "dark", 1280, 800, false, 3000},
		{"phone-light", "light", 390, 844, true, 1440}, {"phone-dark", "dark", 390, 844, true, 1440},
	} {
		c.call("Emulation.setDeviceMetricsOverride",
			map[string]any{"width": s.width, "height": s.height, "deviceScaleFactor": 1, "mobile": s.mobile}, nil)
		c.call("Emulation.setEmulatedMedia",
			map[string]any{"features": []any{map[string]any{"name": "prefers-color-scheme", "value": s.scheme}}}, nil)
		c.until("the images of "+s.name, `[...document.images].every((i) => i.complete && i.naturalWidth > 0)`)
		c.until("the charts of "+s.name,
			`[...document.querySelectorAll(".charts img")].every((i) => i.currentSrc.includes("-`+s.scheme+`.svg"))`)
		if over := c.value("document.documentElement.scrollWidth - window.innerWidth"); over.(float64) > 0 {
			t.Errorf("%s: the page is %v pixels wider than its window", s.name, over)
		}
		c.shoot(filepath.Join(folder, s.name+".png"), s.width, s.highest)
	}

	c.call("Emulation.setScriptExecutionDisabled", map[string]any{"value": true}, nil)
	c.call("Page.navigate", map[string]any{"url": url}, nil)
	c.until("the page without JavaScript",
		`document.readyState === "complete" && window.loaded === undefined && document.querySelectorAll("#workers tbody tr").length === 2`)
	if c.value(`document.querySelectorAll("noscript meta").length`) != 1.0 {
		t.Error("without JavaScript the page does not renew itself")
	}
	c.call("Emulation.setScriptExecutionDisabled", map[string]any{"value": false}, nil)
	c.call("Page.navigate", map[string]any{"url": url}, nil)
	c.until("the page again", `document.readyState === "complete" && document.querySelector("#lost")?.hidden === true`)

	c.mu.Lock()
	for _, asked := range c.urls {
		if !strings.HasPrefix(asked, url) {
			t.Errorf("the page asked for %s", asked)
		}
	}
	if len(c.urls) < 20 || len(c.errors) > 0 {
		t.Errorf("%d requests; the browser says %q", len(c.urls), c.errors)
	}
	c.mu.Unlock()

	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	c.until("the end of the run", `document.querySelector("#lost").hidden === false`)
}
