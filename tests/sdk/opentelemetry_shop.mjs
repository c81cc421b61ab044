// A shop that fails and reports it by OpenTelemetry's SDK over OTLP/HTTP, to
// OTEL_EXPORTER_OTLP_ENDPOINT.
import { trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';

const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'shop' }),
  spanProcessors: [new SimpleSpanProcessor(new OTLPTraceExporter())],
});
provider.register();

for (const order of [1001, 1002]) {
  const span = trace.getTracer('shop').startSpan('charge');
  span.recordException(new TypeError(`cannot charge order ${order}`));
  span.end();
}
await provider.shutdown();
