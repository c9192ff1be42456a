internal import Bytes
internal import HTTP
internal import JSON
package import Logging
internal import POSIX

/// One line of the log: a JSON object with time, level, message and whatever is added.
package struct LogLine: ~Copyable {
    /// The members that every line has.
    static let names = ["time", "level", "message"]

    private var writer: JSONWriter

    package init(_ level: Logger.Level, _ message: String) {
        writer = JSONWriter(reserving: 256)
        LogLine.begin(&writer, level: level.rawValue, unixMilliseconds: Clock.unixMilliseconds())
        writer.string(message)
    }

    mutating func add(_ name: String, _ value: Int) {
        writer.name(name)
        writer.number(value)
    }

    package mutating func add(_ name: String, _ value: String) {
        writer.name(name)
        writer.string(value)
    }

    package consuming func finish() -> [UInt8] {
        writer.endObject()
        writer.newline()
        return writer.finish()
    }

    /// Writes what every line begins with, up to the value of `message`.
    static func begin(_ writer: inout JSONWriter, level: String, unixMilliseconds: Int64) {
        var time: [UInt8] = []
        time.reserveCapacity(24)
        Timestamp.append(unixMilliseconds: unixMilliseconds, to: &time)
        writer.beginObject()
        writer.name("time")
        writer.string(time.span)
        writer.name("level")
        writer.string(level)
        writer.name("message")
    }
}
