package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/keeppatched/keeppatched/advisories/osvserver"
)

// serve answers OSV's API from a database until it is interrupted.
func serve(ctx context.Context, args []string, std stdio) (code int, err error) {
	var path, listen string
	_, err = flags("serve", args, std, 0, func(fs *flag.FlagSet) {
		dbFlag(fs, &path)
		fs.StringVar(&listen, "listen", "127.0.0.1:8044", "the `ADDR`ess to listen on")
	})
	if err != nil {
		return exitFailed, err
	}
	db, err := open(path)
	if err != nil {
		return exitFailed, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()

	ln, err := net.Listen("tcp", listen)
	if err != nil {
		return exitFailed, err
	}
	fmt.Fprintf(std.out, "serving %s on http://%s\n", path, ln.Addr())
	srv := &http.Server{
		Handler:           osvserver.New(db, osvserver.Options{}),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		WriteTimeout:      5 * time.Minute,
		IdleTimeout:       2 * time.Minute,
	}
	stop := context.AfterFunc(ctx, func() { _ = srv.Close() }) // Serve then returns
	defer stop()
	if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return exitFailed, err
	}
	return exitOK, nil
}
