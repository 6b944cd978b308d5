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

// sources chooses where advisories come from: the database and the API that are
// named; if none is, the database in the user's cache folder, else api.osv.dev.
// None at all: the report will say that nothing was assessed. The function that
// comes with them releases what they hold.
func (c config) sources(ctx context.Context, p *progress) ([]advisories.Source, func() error, error) {
	named := c.osv != "" && c.osv != "off"
	path := c.db
	if path == "" && !named {
		path = cachedDatabase()
	}
	var sources []advisories.Source
	release := func() error { return nil }
	if path != "" {
		db, closeDB, err := openDatabase(ctx, path, p)
		if err != nil {
			return nil, nil, err
		}
		sources, release = append(sources, db), closeDB
	}
	if named || path == "" && c.osv != "off" && !c.offline {
		client, err := osvdev.New(osvdev.Options{BaseURL: c.osv, UserAgent: "hostscan/" + scanner.Version()})
		if err != nil {
			return nil, nil, errors.Join(err, release())
		}
		sources = append(sources, client)
	}
	return sources, release, nil
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
