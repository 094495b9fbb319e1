namespace DxyOrleans.Feeds;

/// <summary>How many requests may be made of a vendor. Not for use by two at once.</summary>
/// <param name="requests">Above zero.</param>
public sealed class HistoryBudget(int requests)
{
    int _left = requests;

    /// <summary>Whether somebody wanted more than there was: the answer is not whole.</summary>
    public bool IsSpent { get; private set; }

    /// <summary>Takes one; false where none is left.</summary>
    public bool TryTake()
    {
        if (_left > 0)
        {
            _left--;
            return true;
        }

        IsSpent = true;
        return false;
    }
}
