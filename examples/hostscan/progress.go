package main

import (
	"io"
	"sync"
	"time"

	pretty "github.com/jedib0t/go-pretty/v6/progress"

	"github.com/keeppatched/keeppatched/scanner"
)

// patience is how long work goes on unseen.
const patience = time.Second

// progress shows on a terminal what takes longer than patience. On anything
// else it is silent. It is safe for concurrent use.
type progress struct {
	mu       sync.Mutex
	w        pretty.Writer // nil where nobody looks
	trackers map[string]*pretty.Tracker
	timer    *time.Timer
	done     chan struct{} // closed when the display has ended
	stopped  bool
}

func newProgress(stderr io.Writer) *progress {
	p := &progress{trackers: map[string]*pretty.Tracker{}, done: make(chan struct{})}
	if !isTerminal(stderr) {
		return p
	}
	p.w = pretty.NewWriter()
	p.w.SetOutputWriter(stderr)
	p.w.SetUpdateFrequency(100 * time.Millisecond)
	p.w.Style().Visibility.Percentage = false
	p.w.Style().Visibility.Value = false
	p.timer = time.AfterFunc(patience, func() {
		defer close(p.done)
		p.w.Render()
	})
	return p
}

// part is told the start and the end of each part.
func (p *progress) part(e scanner.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.w == nil || p.stopped {
		return
	}
	key := e.Part + " " + e.Name
	if e.Done {
		if t := p.trackers[key]; t != nil {
			t.MarkAsDone()
		}
		return
	}
	t := &pretty.Tracker{Message: key}
	p.trackers[key] = t
	p.w.AppendTracker(t)
}

// stop ends the display, and waits until it has left the terminal alone.
// Calling it again does nothing.
func (p *progress) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.w == nil || p.stopped {
		return
	}
	p.stopped = true
	if p.timer.Stop() {
		return // nothing was shown yet
	}
	for {
		p.w.Stop() // which does nothing to a display that has not begun yet
		select {
		case <-p.done:
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
}
