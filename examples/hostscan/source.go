package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/advisories/osvdb"
	"github.com/keeppatched/keeppatched/advisories/osvdev"
	"github.com/keeppatched/keeppatched/scanner"
)

// source chooses where advisories come from: the API if one is named, the
// database if one is named or in the user's cache folder, else api.osv.dev.
// Nil: there is none, and the report will say that nothing was assessed.
func (c config) source(ctx context.Context, p *progress) (advisories.Source, func() error, error) {
	nothing := func() error { return nil }
	path := c.db
	if path == "" && (c.osv == "" || c.osv == "off") {
		path = cachedDatabase()
	}
	switch {
	case path != "":
		return openDatabase(ctx, path, p)
	case c.offline || c.osv == "off":
		return nil, nothing, nil
	}
	client, err := osvdev.New(osvdev.Options{BaseURL: c.osv, UserAgent: "hostscan/" + scanner.Version()})
	return client, nothing, err
}

// cachedDatabase is the database in the user's cache folder, "" without one.
func cachedDatabase() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "" // no home: no cache
	}
	path := filepath.Join(dir, "keeppatched", "osv.db")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	return path // also when it cannot be looked at: opening it says why
}

// openDatabase opens a database file. A folder in the layout of OSV's export
// is made into a database first, for this run only.
func openDatabase(ctx context.Context, path string, p *progress) (advisories.Source, func() error, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, fmt.Errorf("advisory database: %w", err)
	}
	if !info.IsDir() {
		db, err := osvdb.Open(path)
		if err != nil {
			return nil, nil, fmt.Errorf("advisory database: %w", err)
		}
		return db, db.Close, nil
	}
	dir, err := os.MkdirTemp("", "hostscan-")
	if err != nil {
		return nil, nil, err
	}
	remove := func() error { return os.RemoveAll(dir) }
	file := filepath.Join(dir, "osv.db")
	p.part(scanner.Progress{Part: "database", Name: path})
	_, err = osvdb.Build(ctx, file, os.DirFS(path), osvdb.BuildOptions{})
	p.part(scanner.Progress{Part: "database", Name: path, Done: true})
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("advisory database from %s: %w", path, err), remove())
	}
	db, err := osvdb.Open(file)
	if err != nil {
		return nil, nil, errors.Join(err, remove())
	}
	return db, func() error { return errors.Join(db.Close(), remove()) }, nil
}
