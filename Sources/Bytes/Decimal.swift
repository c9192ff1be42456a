extension Int {
    /// The number that 1 to 18 decimal digits write; nil for anything else.
    package init?(decimal digits: some Collection<UInt8>) {
        guard (1...18).contains(digits.count) else { return nil }
        var number = 0
        for digit in digits {
            guard ASCII.isDigit(digit) else { return nil }
            number = number * 10 + Int(digit &- ASCII.digit0)
        }
        self = number
    }
}

extension Span<UInt8> {
    /// The number at `offset` in its shortest spelling, and where it ends; nil where there is no
    /// such number, or one that an Int does not hold.
    package func naturalNumber(at offset: Int) -> (value: Int, end: Int)? {
        var value = 0
        var index = offset
        while index < count, case let digit = self[index] &- ASCII.digit0, digit <= 9 {
            // A number that begins with 0 ends with it.
            if index > offset, value == 0 { return nil }
            let (tens, overflows) = value.multipliedReportingOverflow(by: 10)
            let (sum, carries) = tens.addingReportingOverflow(Int(digit))
            if overflows || carries { return nil }
            value = sum
            index += 1
        }
        return index > offset ? (value, index) : nil
    }
}
