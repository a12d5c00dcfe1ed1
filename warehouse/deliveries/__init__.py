"""What arrives: the folders of the landing place, and their files read in bounded chunks, as received."""
