/// A moment of the proleptic Gregorian calendar in UTC, computed in integers.
package struct CivilTime {
    package let year: Int64
    package let month: Int64
    package let day: Int64
    package let hour: Int64
    package let minute: Int64
    package let second: Int64
    /// 0 is Sunday.
    package let weekday: Int64

    private static let secondsPerDay: Int64 = 86_400
    /// 0000-01-01T00:00:00Z and 9999-12-31T23:59:59Z: what four digits of a year can say.
    static let unixSecondsRange: ClosedRange<Int64> = -62_167_219_200...253_402_300_799

    /// Seconds beyond the years 0 to 9999 are taken as the first or the last of them.
    package init(unixSeconds: Int64) {
        let range = Self.unixSecondsRange
        let seconds = min(max(unixSeconds, range.lowerBound), range.upperBound)
        var days = seconds / Self.secondsPerDay
        var secondOfDay = seconds % Self.secondsPerDay
        if secondOfDay < 0 {
            secondOfDay += Self.secondsPerDay
            days -= 1
        }
        hour = secondOfDay / 3600
        minute = secondOfDay / 60 % 60
        second = secondOfDay % 60
        // 719,528 days lie between 0000-01-01, a Saturday, and 1970-01-01.
        weekday = (days + 719_528 + 6) % 7
        // Howard Hinnant, "chrono-compatible low-level date algorithms", civil_from_days: years
        // begin in March, so that the leap day is their last. The 400 years added keep every term
        // positive.
        let shifted = days + 719_468 + 146_097
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        year = yearOfEra + (era - 1) * 400 + (month <= 2 ? 1 : 0)
    }
}
