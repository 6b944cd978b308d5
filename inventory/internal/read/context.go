package read

import (
	"context"
	"io"
)

// WithContext gives a reader of r that fails with the context's error once
// the context has ended. A read that is under way is not interrupted.
func WithContext(ctx context.Context, r io.Reader) io.Reader {
	return &contextReader{ctx: ctx, r: r}
}

type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
