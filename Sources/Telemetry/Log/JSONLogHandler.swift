package import Logging

/// Writes swift-log's messages as JSON lines into a sink.
package struct JSONLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var logLevel = Logger.Level.info
    private let sink: LogSink

    package init(sink: LogSink) { self.sink = sink }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var line = LogLine(event.level, "\(event.message)")
        let all = metadata.merging(event.metadata ?? [:]) { _, own in own }
        for (name, value) in all.sorted(by: { $0.key < $1.key }) {
            let isTaken = LogLine.names.contains(name)
            line.add(isTaken ? "metadata.\(name)" : name, "\(value)")
        }
        sink.append(line.finish().span, lineCount: 1)
    }
}
