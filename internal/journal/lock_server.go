package journal

import (
	"context"

	"vpsdeck/model"
)

func (j *Journal) LockServer(ctx context.Context, host string, server model.ID) (unlock func(), err error) {
	return func() {}, nil
}
