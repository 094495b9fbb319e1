using DxyOrleans.Core.Bars;
using Npgsql;

namespace DxyOrleans.Bars.Writing;

/// <summary>
/// Derives, in the commit of live bars, the minutes that they complete. A hint: whatever isn't derived so is derived after the commit. Not
/// for several threads at once.
/// </summary>
public interface IInlineDerivation
{
    /// <summary>The minutes that these bars complete, by what was committed before.</summary>
    IReadOnlyList<IInlineMinute> Choose(IReadOnlyCollection<Bar> bars);

    /// <summary>To be called after each commit, with what was written.</summary>
    void Note(IEnumerable<WrittenBar> written);
}

/// <summary>A minute that is derived in the commit of its last input.</summary>
public interface IInlineMinute
{
    /// <summary>The minute's bar.</summary>
    Bar Bar { get; }

    /// <summary>Whether a bar of the symbol is among its inputs.</summary>
    bool IsMadeOf(Symbol symbol);

    /// <summary>Adds the statement that stores it or doesn't; its one value, a boolean, says which.</summary>
    void AddTo(NpgsqlBatch batch);
}
