package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/term"

	"github.com/keeppatched/keeppatched/scanner/report"
)

// write gives the result to standard output, or to the file that -o names: all
// of it or nothing, so that a reader never finds half a report.
func (c config) write(stdout io.Writer, render func(w io.Writer, terminal bool) error) error {
	if c.output == "" {
		return render(stdout, isTerminal(stdout))
	}
	var b bytes.Buffer
	if err := render(&b, false); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(c.output), ".hostscan-*")
	if err != nil {
		return err
	}
	_, err = f.Write(b.Bytes())
	if err = errors.Join(err, f.Chmod(0o644), f.Close()); err == nil {
		err = os.Rename(f.Name(), c.output)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// isTerminal says whether a person reads what is written.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// tableOptions fit the table to the terminal; elsewhere it is plain.
// NO_COLOR is the convention of no-color.org.
func tableOptions(w io.Writer, terminal bool) report.TableOptions {
	f, ok := w.(*os.File)
	if !terminal || !ok {
		return report.TableOptions{}
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		width = 0 // unknown: do not wrap
	}
	return report.TableOptions{Width: width, Color: os.Getenv("NO_COLOR") == ""}
}
