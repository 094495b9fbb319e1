namespace DxyOrleans.Feeds.Files;

/// <summary>How many bytes may still come out of a compressed file, over all its entries.</summary>
sealed class UnpackLimit(long bytes)
{
    long _left = bytes;

    public void Take(int count)
    {
        _left -= count;
        if (_left < 0)
        {
            throw new UnpackLimitException();
        }
    }
}

/// <summary>A compressed file gave more than it may.</summary>
public sealed class UnpackLimitException() : Exception("A compressed file unpacks to more than is allowed.");
