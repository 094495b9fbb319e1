namespace DxyOrleans.Core.Market;

/// <summary>
/// The trading days on which the whole FX market is closed: Christmas Day and New Year's Day. On other holidays
/// (Thanksgiving, Good Friday) it is thin but open, as three months of 1-minute bars of late 2019 show. Some venues quote on in the
/// night to Christmas Day (there: 23:00Z to 08:00Z); such bars are kept and derived from, but not missed where they are absent.
/// </summary>
public static class FxHolidays
{
    static readonly (int Month, int Day)[] Table = [(12, 25), (1, 1)];

    public static bool Closes(int month, int day) => Array.IndexOf(Table, (month, day)) >= 0;
}
