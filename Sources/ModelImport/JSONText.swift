/// The text of a model as older releases of XGBoost write it, which is not always JSON.
enum JSONText {
    /// Stands for a number that is not finite: beyond single precision, so that the loader refuses
    /// it wherever it means something.
    static let beyondFloat = "1E39"

    /// The text with `NaN`, `Infinity` and `-Infinity`, which are not JSON, replaced. XGBoost 1.7
    /// writes NaN for the threshold of a split by category, which has none.
    static func finite(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var copied = 0
        var position = 0
        var isInString = false
        while position < text.count {
            let byte = text[position]
            if isInString {
                // What is escaped ends no string.
                if byte == UInt8(ascii: "\\") { position += 1 }
                if byte == UInt8(ascii: "\"") { isInString = false }
            } else if byte == UInt8(ascii: "\"") {
                isInString = true
            } else if byte == UInt8(ascii: "N") || byte == UInt8(ascii: "I"),
                let word = words.first(where: { text[position...].starts(with: $0) })
            {
                result += text[copied..<position]
                result += Array(beyondFloat.utf8)
                position += word.count
                copied = position
                continue
            }
            position += 1
        }
        return copied == 0 ? text : result + text[copied...]
    }

    /// A minus before `Infinity` stays where it is.
    private static let words = ["NaN", "Infinity"].map { Array($0.utf8) }
}
