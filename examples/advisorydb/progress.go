package main

import (
	"io"
	"os"
	"time"

	pretty "github.com/jedib0t/go-pretty/v6/progress"
	"golang.org/x/term"
)

// progress shows on a terminal how far a build is; on anything else it is
// silent. It gives what to call with the work done and the work there is (nil
// where nobody looks), and what ends the display.
func progress(stderr io.Writer) (report func(done, total int), stop func()) {
	f, ok := stderr.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil, func() {}
	}
	w := pretty.NewWriter()
	w.SetOutputWriter(stderr)
	w.SetUpdateFrequency(100 * time.Millisecond)
	t := &pretty.Tracker{Message: "reading and writing records"}
	w.AppendTracker(t)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.Render()
	}()
	report = func(done, total int) {
		t.UpdateTotal(int64(total))
		t.SetValue(int64(done))
	}
	return report, func() {
		t.MarkAsDone()
		for {
			w.Stop() // which does nothing to a display that has not begun yet
			select {
			case <-ended:
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
	}
}
