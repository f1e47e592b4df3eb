package main

import (
	"context"
	"time"
)

// sweepEvery is how often files that nothing refers to are looked for.
const sweepEvery = time.Hour

// sweep deletes files that no message refers to, now and then.
func (g *gateway) sweep(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		n, err := g.media.Sweep(ctx, g.store.FilesInUse)
		if err != nil && ctx.Err() == nil {
			g.log.Err(err).Msg("cannot sweep files")
		}
		if n > 0 {
			g.log.Info().Int("files", n).Msg("swept files that nothing refers to")
		}
	}
}
