package osvdev

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"
)

// disk keeps records in files, one for each id: the checksum of the record's
// JSON, a line feed, and the JSON. The name is a hash of the id, for ids are
// the server's choice. Nil keeps nothing.
//
// A cache is never a reason to fail: what cannot be read is fetched, and what
// cannot be written is told to the logger.
type disk struct {
	dir string
	log *slog.Logger
}

func openDisk(dir string, log *slog.Logger) (*disk, error) {
	if dir == "" {
		return nil, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	return &disk{dir: dir, log: log}, nil
}

func (d *disk) path(key recordKey) string {
	sum := sha256.Sum256([]byte(key.id))
	return filepath.Join(d.dir, hex.EncodeToString(sum[:])+".json")
}

// read gives the record kept for an id, whenever it was modified, or nil.
func (d *disk) read(ctx context.Context, key recordKey) []byte {
	if d == nil {
		return nil
	}
	body, err := readSummed(d.path(key))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		d.log.LogAttrs(ctx, slog.LevelWarn, "osvdev: record in the cache is not usable, will be fetched",
			slog.String("id", key.id), slog.Any("error", err))
	}
	return body
}

var errDamaged = errors.New("damaged")

// readSummed reads a file of the cache and checks it.
func readSummed(path string) (body []byte, err error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: path, Err: errors.New("not a regular file")}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	data, err := io.ReadAll(io.LimitReader(f, maxBody+sha256.Size*2+1))
	if err != nil {
		return nil, err
	}
	sum, body, ok := bytes.Cut(data, []byte("\n"))
	if !ok || checksum(body) != string(sum) {
		return nil, &fs.PathError{Op: "read", Path: path, Err: errDamaged}
	}
	return body, nil
}

// write keeps a record. It is in its place whole or not at all.
func (d *disk) write(ctx context.Context, key recordKey, body []byte) {
	if d == nil {
		return
	}
	if err := writeAtomic(d.path(key), append([]byte(checksum(body)+"\n"), body...)); err != nil {
		d.log.LogAttrs(ctx, slog.LevelWarn, "osvdev: record not kept in the cache",
			slog.String("id", key.id), slog.Any("error", err))
	}
}

func writeAtomic(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}

func checksum(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// sameTime says whether a batch's word for when a record was modified is the
// record's own.
func sameTime(modified time.Time, said string) bool {
	t, err := time.Parse(time.RFC3339Nano, said)
	return err == nil && t.Equal(modified)
}
