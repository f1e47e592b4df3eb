// Package telemetry sends spans of messages to an OpenTelemetry collector, by OTLP over HTTP: one trace a message, from the
// frame that it came in to the last session that has written it. Spans hold ids, kinds and protocols, and never contents.
//
// A span's trace and parent follow from the event's id alone, so that nothing is kept between the stages of its way: who
// hears of a message an hour later still adds to its trace.
//
// # Concurrency
//
// Every method may be called from any goroutine, and none waits for the collector but Close.
package telemetry

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"net/url"
	"time"

	"github.com/rs/zerolog"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"dragoman/bridge/chat"
)

// Tracer sends spans. What the collector does not take in time is lost, and said in the log.
type Tracer struct {
	provider *sdktrace.TracerProvider
	tracer   trace.Tracer
	key      [16]byte // tells this process's ids from others'
	below    uint64   // a message is traced whose hash is below it
}

// New returns a tracer for a share (0 to 1) of all messages. target is the collector's URL; without a path, /v1/traces.
func New(ctx context.Context, target string, share float64, version string, log zerolog.Logger) (*Tracer, error) {
	u, err := url.Parse(target)
	if err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = "/v1/traces"
	}
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(u.String()))
	if err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	t := &Tracer{below: math.MaxUint64}
	if share < 1 {
		t.below = uint64(share * float64(math.MaxUint64))
	}
	if _, err := rand.Read(t.key[:]); err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	t.provider = sdktrace.NewTracerProvider(sdktrace.WithBatcher(told{exporter, log}), sdktrace.WithIDGenerator(given{}),
		sdktrace.WithSampler(sdktrace.AlwaysSample()), // the share is drawn before
		sdktrace.WithResource(resource.NewSchemaless(attribute.String("service.name", "dragoman"), attribute.String("service.version", version))))
	t.tracer = t.provider.Tracer("dragoman")
	return t, nil
}

// Close sends what waits, for as long as ctx allows.
func (t *Tracer) Close(ctx context.Context) error { return t.provider.Shutdown(ctx) }

// Root says that the message's frame came at begin, and that it was on the disk at end: the span above all others of it.
func (t *Tracer) Root(id chat.EventID, begin, end time.Time, about ...attribute.KeyValue) {
	if above, sampled := t.of(id); sampled {
		t.span(context.WithValue(context.Background(), rootKey{}, above), "message", begin, end, about)
	}
}

// Stage says that the message passed a stage.
func (t *Tracer) Stage(id chat.EventID, stage string, begin, end time.Time, about ...attribute.KeyValue) {
	if above, sampled := t.of(id); sampled {
		t.span(trace.ContextWithRemoteSpanContext(context.Background(), above), stage, begin, end, about)
	}
}

func (t *Tracer) span(ctx context.Context, name string, begin, end time.Time, about []attribute.KeyValue) {
	_, s := t.tracer.Start(ctx, name, trace.WithTimestamp(begin), trace.WithAttributes(about...))
	s.End(trace.WithTimestamp(end))
}

// of returns the context of a message's root span, and whether the message is traced.
func (t *Tracer) of(id chat.EventID) (above trace.SpanContext, sampled bool) {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(t.key[:len(t.key):len(t.key)], uint64(id)))
	if binary.BigEndian.Uint64(sum[24:]) > t.below || t.below == 0 {
		return above, false
	}
	return trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID(sum[:16]), SpanID: trace.SpanID(sum[16:24]),
		TraceFlags: trace.FlagsSampled, Remote: true}), true
}

// given takes a root span's ids from its context, and draws all others.
type given struct{}

type rootKey struct{}

// NewIDs implements sdktrace.IDGenerator.
func (g given) NewIDs(ctx context.Context) (trace.TraceID, trace.SpanID) {
	if above, ok := ctx.Value(rootKey{}).(trace.SpanContext); ok {
		return above.TraceID(), above.SpanID()
	}
	var id trace.TraceID
	_, _ = rand.Read(id[:]) // it never fails
	return id, g.NewSpanID(ctx, id)
}

// NewSpanID implements sdktrace.IDGenerator.
func (given) NewSpanID(context.Context, trace.TraceID) trace.SpanID {
	var id trace.SpanID
	_, _ = rand.Read(id[:]) // it never fails
	return id
}

// told logs what an exporter could not send, instead of leaving it to the library's global handler.
type told struct {
	sdktrace.SpanExporter
	log zerolog.Logger
}

// ExportSpans implements sdktrace.SpanExporter.
func (e told) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	if err := e.SpanExporter.ExportSpans(ctx, spans); err != nil {
		e.log.Warn().Err(err).Int("spans", len(spans)).Msg("cannot send traces")
	}
	return nil
}
