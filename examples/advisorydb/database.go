package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/advisories/osvdb"
	"github.com/keeppatched/keeppatched/scanner"
)

// build makes a database of a folder in the layout of OSV's export.
func build(ctx context.Context, args []string, std stdio) (int, error) {
	var from, to string
	_, err := flags("build", args, std, 0, func(fs *flag.FlagSet) {
		fs.StringVar(&from, "from", "", "the folder (`DIR`)")
		fs.StringVar(&to, "o", "", "the database to write (`FILE`)")
	})
	switch {
	case err != nil:
		return exitFailed, err
	case from == "" || to == "":
		return exitFailed, errors.New("want -from DIR and -o FILE")
	}
	if info, err := os.Stat(from); err != nil {
		return exitFailed, err
	} else if !info.IsDir() {
		return exitFailed, fmt.Errorf("%s is not a folder", from)
	}
	report, stop := progress(std.err)
	stats, err := osvdb.Build(ctx, to, os.DirFS(from), osvdb.BuildOptions{
		Builder: "advisorydb " + scanner.Version(), Progress: report,
	})
	stop()
	if err != nil {
		return exitFailed, err
	}
	for _, p := range stats.Problems {
		fmt.Fprintln(std.err, "advisorydb build: left out:", p)
	}
	_, err = fmt.Fprintf(std.out, "%s: %d records, %d left out\n", to, stats.Records, stats.Refused)
	return exitOK, err
}

// open opens the database that -db names.
func open(path string) (*osvdb.DB, error) {
	if path == "" {
		return nil, errors.New("want -db FILE")
	}
	return osvdb.Open(path)
}

// info shows what a database holds.
func info(ctx context.Context, args []string, std stdio) (code int, err error) {
	var path string
	if _, err := flags("info", args, std, 0, func(fs *flag.FlagSet) { dbFlag(fs, &path) }); err != nil {
		return exitFailed, err
	}
	db, err := open(path)
	if err != nil {
		return exitFailed, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	out := bufio.NewWriter(std.out)
	fmt.Fprintln(out, db.Info())
	list, err := db.Ecosystems(ctx)
	if err != nil {
		return exitFailed, err
	}
	for _, e := range list {
		fmt.Fprintf(out, "%-24s %7d records, newest %s\n", e.Name, e.Records, e.Newest.Format(time.DateOnly))
	}
	return exitOK, out.Flush()
}

// query shows the advisories that affect a version.
func query(ctx context.Context, args []string, std stdio) (code int, err error) {
	var path string
	rest, err := flags("query", args, std, 3, func(fs *flag.FlagSet) { dbFlag(fs, &path) })
	if err != nil {
		return exitFailed, err
	}
	db, err := open(path)
	if err != nil {
		return exitFailed, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	q := advisories.Query{Ecosystem: rest[0], Name: rest[1], Version: rest[2]}
	answers, err := db.Lookup(ctx, []advisories.Query{q})
	if err == nil {
		err = answers[0].Err
	}
	if err != nil {
		return exitFailed, err
	}
	code = exitOK
	out := bufio.NewWriter(std.out)
	for _, a := range answers[0].Advisories {
		m, err := advisories.Affects(a, q)
		if err != nil {
			fmt.Fprintf(std.err, "advisorydb query: %s: %v\n", a.ID, err)
		}
		if m.Affected {
			code = exitAffected
			printMatch(out, a, m)
		} else if err != nil {
			code = exitFailed // unknown is not clean
		}
	}
	return code, out.Flush()
}

// printMatch writes a line: id, fixed version or "-", CVEs or "-", summary.
func printMatch(out io.Writer, a *advisories.Advisory, m advisories.Match) {
	line := []string{a.ID, cmp.Or(m.Fixed, "-"), cmp.Or(strings.Join(a.CVEs(), ","), "-"), a.Summary}
	for i := range line {
		line[i] = strings.Map(printable, line[i])
	}
	fmt.Fprintln(out, strings.TrimSpace(strings.Join(line, "\t")))
}

// printable keeps what records say from moving a terminal's cursor.
func printable(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return '?'
}

func dbFlag(fs *flag.FlagSet, path *string) {
	fs.StringVar(path, "db", "", "the database (`FILE`)")
}
