package apt

import (
	"fmt"
	"io"
)

// relay writes in a goroutine of its own, so that unpacking a list and looking
// through it go on side by side. One piece waits in between: neither side stands
// still while the other is being woken.
type relay struct {
	pieces  chan []byte
	stopped chan struct{} // closed when no more pieces are taken
	err     error         // why; to be read after stopped
}

func newRelay(w io.Writer) *relay {
	r := &relay{pieces: make(chan []byte, 1), stopped: make(chan struct{})}
	go func() {
		defer close(r.stopped)
		r.err = guard(func() error { return r.writeTo(w) })
	}()
	return r
}

func (r *relay) writeTo(w io.Writer) error {
	for p := range r.pieces {
		if _, err := w.Write(p); err != nil {
			return err
		}
	}
	return nil
}

// write hands over p, which must not change before the second write after this
// one returns: then p, and the piece that waited behind it, have been taken.
func (r *relay) write(p []byte) error {
	select {
	case r.pieces <- p:
		return nil
	case <-r.stopped:
		return r.err
	}
}

// close waits for the last piece. It must be called once, after the last write.
func (r *relay) close() error {
	close(r.pieces)
	<-r.stopped
	return r.err
}

// guard makes an error of a panic. The goroutines that read lists call other
// people's decoders on what strangers wrote, and a panic there would end the
// whole program.
func guard(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	return f()
}
