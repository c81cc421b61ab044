// Reports each of its failures twice: by @sentry/node to SENTRY_DSN, and by OpenTelemetry's SDK to
// OTEL_EXPORTER_OTLP_ENDPOINT.
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import * as Sentry from '@sentry/node';

Sentry.init({ dsn: process.env.SENTRY_DSN, release: 'shop@1.2.0' });
const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'shop' }),
  spanProcessors: [new SimpleSpanProcessor(new OTLPTraceExporter())],
});

class PaymentError extends Error {
  name = 'PaymentError';
}

class Till {
  #open(amount) {
    if (amount > 0) throw new PaymentError(`cannot take ${amount} euros`);
  }

  async take(amount) {
    this.#open(amount);
  }
}

const failures = [
  () => new Till().take(100),
  () => [1].map((each) => each.price.amount),
  () => JSON.parse('{'),
];
for (const fail of failures) {
  try {
    await fail();
  } catch (error) {
    Sentry.captureException(error);
    const span = provider.getTracer('shop').startSpan('take');
    span.recordException(error);
    span.end();
  }
}
await Sentry.close(10_000);
await provider.shutdown();
