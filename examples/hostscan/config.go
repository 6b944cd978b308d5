package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/keeppatched/keeppatched/advisories/osvdev"
)

// config is what the flags say.
type config struct {
	root, sbom, inventory string
	gather                bool
	db, osv               string
	offline               bool
	format, output        string
	at                    time.Time
	version               bool
}

// parse reads the flags. What they say wrong is an error; what flag itself has
// to say goes to stderr.
func parse(args []string, stderr io.Writer) (config, error) {
	var c config
	var at string
	fs := flag.NewFlagSet("hostscan", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.StringVar(&c.root, "root", "", "scan the machine whose root is mounted at `DIR` (default: this machine)")
	fs.StringVar(&c.inventory, "inventory", "", "assess the inventory in `FILE` (- for standard input), and scan nothing")
	fs.StringVar(&c.sbom, "sbom", "", "assess the SBOM in `FILE` (not supported yet)")
	fs.BoolVar(&c.gather, "gather", false, "write the inventory as JSON and assess nothing")
	fs.StringVar(&c.db, "db", "", "advisory database: a file, or a folder in the layout of OSV's export (`PATH`)")
	fs.StringVar(&c.osv, "osv", "", "`URL` of an OSV API, or off (default "+osvdev.DefaultURL+" where there is no database)")
	fs.BoolVar(&c.offline, "offline", false, "never use the network")
	fs.StringVar(&c.format, "format", "table", "table or json")
	fs.StringVar(&c.output, "o", "", "write the result to `FILE` (default: standard output)")
	fs.StringVar(&at, "at", "", "the `TIME` to report for, RFC 3339 or YYYY-MM-DD (default: now)")
	fs.BoolVar(&c.version, "version", false, "print the version")
	if err := fs.Parse(args); err != nil {
		return config{}, err
	}
	if fs.NArg() > 0 {
		return config{}, fmt.Errorf("unexpected argument %q (see -help)", fs.Arg(0))
	}
	if at != "" {
		t, err := parseTime(at)
		if err != nil {
			return config{}, err
		}
		c.at = t
	}
	return c, c.check()
}

// check refuses flags that contradict each other.
func (c config) check() error {
	switch {
	case c.sbom != "":
		return errors.New("-sbom: reading an SBOM is not supported yet; -inventory reads what -gather writes")
	case c.format != "table" && c.format != "json":
		return fmt.Errorf("-format %q: want table or json", c.format)
	case c.root != "" && c.inventory != "":
		return errors.New("-root and -inventory exclude each other")
	case c.gather && c.inventory != "":
		return errors.New("-gather and -inventory exclude each other")
	case c.offline && c.osv != "" && c.osv != "off":
		return errors.New("-offline and -osv URL exclude each other")
	}
	return nil
}

func parseTime(s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("-at %q: want a time like 2026-01-31T12:00:00Z or 2026-01-31", s)
}

// now is the clock that documents are dated by.
func (c config) now() time.Time {
	if c.at.IsZero() {
		return time.Now()
	}
	return c.at
}
